// MNIST, and what comes in its format.
#pragma once
#include <concepts>
#include <utility>

#include "../transform/transform.hpp"
#include "dataset.hpp"

namespace jt::dataset {

struct MNISTOptions {
    bool train = true;                    ///< the 60,000 images to learn from, or the 10,000 to test with
    transform::Transform transform = {};  ///< of each image as uint8 (28, 28, 3)
};

/// An image as float32 (3, 28, 28) from 0 to 1, unless `transform` makes something else of it, and its label. Reads
/// train-images-idx3-ubyte and train-labels-idx1-ubyte, or those of t10k, of a folder, each with or without .gz; a
/// FileError says what is wrong with them, or which were looked for. Jittor's would load them from the net.
class MNIST : public Dataset<Var, int> {
public:
    explicit MNIST(const std::string& data_root, const MNISTOptions& options = {});
    template <std::same_as<bool> Train>
    MNIST(const std::string& data_root, Train train, transform::Transform transform = {})
        : MNIST(data_root, MNISTOptions{train, std::move(transform)}) {}

    std::int64_t size() const override { return labels_.numel(); }
    std::tuple<Var, int> item(std::int64_t k) const override;

private:
    Array images_, labels_;
    transform::Transform transform_;
};

}  // namespace jt::dataset
