#include "mnist.hpp"

#include <algorithm>
#include <filesystem>

#include "../../core/files/bytes.hpp"
#include "../../core/files/idx.hpp"

namespace jt::dataset {

namespace {

Array load(const std::string& root, const std::string& name, int rank) {
    const std::string path = std::filesystem::path(root) / name;
    for (const std::string& found : {path + ".gz", path})
        if (std::filesystem::exists(found)) return files::load_idx("MNIST", found, rank);
    files::Source(files::place("MNIST", root)).reject("Io", "needs ", name, ".gz or ", name, ", got neither");
}

}  // namespace

MNIST::MNIST(const std::string& data_root, const MNISTOptions& options) : transform_(options.transform) {
    const std::string part = options.train ? "train" : "t10k";
    images_ = load(data_root, part + "-images-idx3-ubyte", 3);
    labels_ = load(data_root, part + "-labels-idx1-ubyte", 1);
    if (images_.shape()[0] != labels_.numel())
        files::Source(files::place("MNIST", data_root))
            .reject("BadData", "needs a label an image, got ", images_.shape()[0], " images and ", labels_.numel(),
                    " labels");
}

std::tuple<Var, int> MNIST::item(std::int64_t k) const {
    const std::int64_t height = images_.shape()[1], width = images_.shape()[2];
    Array image({height, width, 3}, uint8);
    const auto* gray = std::as_const(images_).data<std::uint8_t>() + k * height * width;
    auto* colours = image.data<std::uint8_t>();
    for (std::int64_t pixel = 0; pixel < height * width; ++pixel) colours = std::fill_n(colours, 3, gray[pixel]);
    const Var x = array(image);
    return {transform::to_tensor(transform_ ? transform_(x) : x), std::as_const(labels_).data<std::uint8_t>()[k]};
}

}  // namespace jt::dataset
