#include "cifar.hpp"

#include <filesystem>

#include "../../core/files/bytes.hpp"

namespace jt::dataset {

namespace {

// A record is its class and three planes of 32 rows of 32 bytes.
constexpr std::int64_t side = 32, plane = side * side, record = 1 + 3 * plane;

std::vector<std::string> names(bool train) {
    if (!train) return {"test_batch.bin"};
    std::vector<std::string> out;
    for (const char number : {'1', '2', '3', '4', '5'}) out.push_back(std::string("data_batch_") + number + ".bin");
    return out;
}

std::string path_of(const std::string& root, const std::string& name) {
    const std::filesystem::path folder = root;
    for (const auto& path : {folder / name, folder / "cifar-10-batches-bin" / name})
        if (std::filesystem::exists(path)) return path;
    files::Source(files::place("CIFAR10", root))
        .reject("Io", "needs ", name, ", or the folder that holds it, got neither");
}

std::string load(const std::string& path) {
    const files::Input in("CIFAR10", path);
    if (in.size() == 0 || in.size() % record != 0)
        in.reject("BadData", "needs records of ", record, " bytes, got ", in.size(), " bytes");
    std::string bytes = in.read(0, in.size());
    for (std::size_t at = 0; at < bytes.size(); at += record)
        if (const int label = static_cast<unsigned char>(bytes[at]); label > 9)
            in.reject("BadData", "byte ", at, ": needs a class from 0 to 9, got ", label);
    return bytes;
}

}  // namespace

CIFAR10::CIFAR10(const std::string& root, const CIFAR10Options& options) : transform_(options.transform) {
    for (const std::string& name : names(options.train)) batches_.push_back(load(path_of(root, name)));
}

std::int64_t CIFAR10::size() const {
    std::size_t bytes = 0;
    for (const std::string& batch : batches_) bytes += batch.size();
    return static_cast<std::int64_t>(bytes) / record;
}

std::tuple<Var, int> CIFAR10::item(std::int64_t k) const {
    std::int64_t at = k * record;
    auto batch = batches_.begin();
    for (; at >= static_cast<std::int64_t>(batch->size()); ++batch) at -= static_cast<std::int64_t>(batch->size());
    const char* planes = batch->data() + at;
    const int label = static_cast<unsigned char>(*planes++);
    Array image({side, side, 3}, uint8);
    auto* to = image.data<std::uint8_t>();
    for (std::int64_t pixel = 0; pixel < plane; ++pixel)
        for (std::int64_t channel = 0; channel < 3; ++channel)
            *to++ = static_cast<std::uint8_t>(planes[channel * plane + pixel]);
    const Var x = array(image);
    return {transform_ ? transform_(x) : x, label};
}

}  // namespace jt::dataset
