#include "mnist.hpp"

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

LabelledImages detail::read_mnist(const std::string& root, bool train) {
    const std::string part = train ? "train" : "t10k";
    LabelledImages data{load(root, part + "-images-idx3-ubyte", 3), load(root, part + "-labels-idx1-ubyte", 1)};
    if (data.images.shape()[0] != data.labels.numel())
        files::Source(files::place("MNIST", root))
            .reject("BadData", "needs a label an image, got ", data.images.shape()[0], " images and ",
                    data.labels.numel(), " labels");
    return data;
}

}  // namespace jt::dataset
