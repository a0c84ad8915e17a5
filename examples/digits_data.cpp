// Reading the file of digits, trusting nothing in it.
#include "digits_data.hpp"

#include <minijt/dataset.hpp>

namespace {

constexpr int count = 1797, pixels = 64, darkest = 16;

void check(bool promise, const std::string& path, const char* what) {
    if (!promise) jt::fail<jt::FileError>(path, ": needs ", what);
}

}  // namespace

Digits read_digits(const std::string& path) {
    const jt::Var table = jt::dataset::read_csv(path, {.dtype = jt::int32});
    check(table.shape() == jt::Shape{count, pixels + 1}, path, "1,797 lines of 64 pixels and a label");
    const jt::Var images = table[{jt::_, jt::to(pixels)}], labels = table[{jt::_, pixels}];
    check(table.min().item() >= 0 && images.max().item() <= darkest, path, "pixels from 0 to 16");
    check(labels.max().item() <= 9, path, "labels from 0 to 9");
    return {images.float32() / darkest, labels};
}

Split split(const Digits& digits) {
    const std::int64_t tests = digits.size() / 5;
    const jt::Var order = jt::randperm(digits.size());
    return {digits.at(order[jt::Slice{tests}]), digits.at(order[jt::Slice{0, tests}])};
}
