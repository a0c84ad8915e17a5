// CIFAR-10.
#pragma once
#include <concepts>
#include <utility>

#include "../transform/transform.hpp"
#include "dataset.hpp"

namespace jt::dataset {

struct CIFAR10Options {
    bool train = true;                    ///< the 50,000 images to learn from, or the 10,000 to test with
    transform::Transform transform = {};  ///< of each image as uint8 (32, 32, 3)
};

/// An image as uint8 (32, 32, 3), or what `transform` makes of it, and its class from 0 to 9. Reads the binary version,
/// data_batch_1.bin to data_batch_5.bin or test_batch.bin, of a folder or its folder cifar-10-batches-bin; a FileError
/// says what is wrong with them, or which was looked for. Jittor's reads the pickled version, and would load it from
/// the net.
class CIFAR10 : public Dataset<Var, int> {
public:
    explicit CIFAR10(const std::string& root, const CIFAR10Options& options = {});
    template <std::same_as<bool> Train>
    CIFAR10(const std::string& root, Train train, transform::Transform transform = {})
        : CIFAR10(root, CIFAR10Options{train, std::move(transform)}) {}

    std::int64_t size() const override;
    std::tuple<Var, int> item(std::int64_t k) const override;

private:
    std::vector<std::string> batches_;  ///< the bytes of the files
    transform::Transform transform_;
};

}  // namespace jt::dataset
