// What datasets of labelled images have in common that a folder holds, with a part to learn from and one to test with.
#pragma once
#include <concepts>
#include <utility>

#include "../transform/transform.hpp"
#include "dataset.hpp"

namespace jt::dataset {

/// Of uint8: images (n, height, width, 3), or (n, height, width) of gray, and as many labels (n,).
struct LabelledImages {
    Array images, labels;
};

struct FolderOptions {
    bool train = true;                    ///< the images to learn from, or those to test with
    transform::Transform transform = {};  ///< of each image as uint8 (height, width, 3)
};

/// Item k is an image, or what `transform` makes of it, and its label.
class ImageDataset : public Dataset<Var, int> {
public:
    ImageDataset(LabelledImages data, transform::Transform transform)
        : data_(std::move(data)), transform_(std::move(transform)) {}

    std::int64_t size() const override { return data_.labels.numel(); }
    std::tuple<Var, int> item(std::int64_t k) const override;

private:
    LabelledImages data_;
    transform::Transform transform_;
};

/// Base of datasets that `read` reads: `class CIFAR10 : public FromFolder<read_cifar10> { using FromFolder::FromFolder;
/// };`, with its constructors public, takes options and Jittor's positional arguments.
template <LabelledImages (*read)(const std::string& root, bool train)>
class FromFolder : public ImageDataset {
public:
    explicit FromFolder(const std::string& root, const FolderOptions& options = {})
        : ImageDataset(read(root, options.train), options.transform) {}
    template <std::same_as<bool> Train>
    FromFolder(const std::string& root, Train train, transform::Transform transform = {})
        : FromFolder(root, FolderOptions{train, std::move(transform)}) {}
};

}  // namespace jt::dataset
