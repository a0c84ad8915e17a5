// MNIST, and what comes in its format.
#pragma once
#include "labelled_images.hpp"

namespace jt::dataset {

namespace detail {
LabelledImages read_mnist(const std::string& root, bool train);
}

/// An image as float32 (3, 28, 28) from 0 to 1, unless `transform` makes something else of it, and its label: 60,000
/// to learn from, 10,000 to test with. Reads train-images-idx3-ubyte and train-labels-idx1-ubyte, or those of t10k, of
/// a folder, each with or without .gz; a FileError says what is wrong with them, or which were looked for. Jittor's
/// would load them from the net.
class MNIST : public FromFolder<detail::read_mnist> {
public:
    using FromFolder::FromFolder;
    std::tuple<Var, int> item(std::int64_t k) const override {
        const auto [x, label] = FromFolder::item(k);
        return {transform::to_tensor(x), label};
    }
};

}  // namespace jt::dataset
