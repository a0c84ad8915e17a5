// CIFAR-10.
#pragma once
#include "labelled_images.hpp"

namespace jt::dataset {

namespace detail {
LabelledImages read_cifar10(const std::string& root, bool train);
}

/// An image as uint8 (32, 32, 3), or what `transform` makes of it, and its class from 0 to 9: 50,000 to learn from,
/// 10,000 to test with. Reads the binary version, data_batch_1.bin to data_batch_5.bin or test_batch.bin, of a folder
/// or its folder cifar-10-batches-bin; a FileError says what is wrong with them, or which was looked for. Jittor's
/// reads the pickled version, and would load it from the net.
class CIFAR10 : public FromFolder<detail::read_cifar10> {
public:
    using FromFolder::FromFolder;
};

}  // namespace jt::dataset
