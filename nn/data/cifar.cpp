#include "cifar.hpp"

#include <deque>
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

std::int64_t count_records(const files::Input& in) {
    if (in.size() == 0 || in.size() % record != 0)
        in.reject("BadData", "needs records of ", record, " bytes, got ", in.size(), " bytes");
    return static_cast<std::int64_t>(in.size()) / record;
}

void read_image(const char* planes, std::uint8_t* to) {
    for (std::int64_t pixel = 0; pixel < plane; ++pixel)
        for (std::int64_t channel = 0; channel < 3; ++channel)
            *to++ = static_cast<std::uint8_t>(planes[channel * plane + pixel]);
}

/// Reads all records of a file to where the next ones are to be.
void read_records(const files::Input& in, std::uint8_t*& image, std::uint8_t*& label) {
    const std::string bytes = in.read(0, in.size());
    for (std::size_t at = 0; at < bytes.size(); at += record, image += 3 * plane) {
        *label = static_cast<std::uint8_t>(bytes[at]);
        if (*label > 9) in.reject("BadData", "byte ", at, ": needs a class from 0 to 9, got ", int{*label});
        read_image(bytes.data() + at + 1, image);
        ++label;
    }
}

}  // namespace

LabelledImages detail::read_cifar10(const std::string& root, bool train) {
    std::deque<files::Input> batches;
    std::int64_t n = 0;
    for (const std::string& name : names(train))
        n += count_records(batches.emplace_back("CIFAR10", path_of(root, name)));
    LabelledImages data{Array({n, side, side, 3}, uint8), Array({n}, uint8)};
    auto *image = data.images.data<std::uint8_t>(), *label = data.labels.data<std::uint8_t>();
    for (const files::Input& batch : batches) read_records(batch, image, label);
    return data;
}

}  // namespace jt::dataset
