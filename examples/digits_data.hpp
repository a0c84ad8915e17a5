// Read the 1,797 handwritten digits, split them, and walk through them in mini-batches.
#pragma once
#include <algorithm>
#include <minijt/minijt.hpp>
#include <string>

/// Images (n, 64) float32 from 0 to 1, row by row, and their labels (n,) int32.
struct Digits {
    jt::Var images, labels;

    std::int64_t size() const { return labels.numel(); }
    /// The digits at these places.
    Digits at(const jt::Var& index) const { return {images[index], labels[index]}; }
};

struct Split {
    Digits train, test;
};

/// Reads `path`, gzipped or not. Throws a FileError that says what is wrong with it: what is no number, other than
/// 1,797 lines of 64 pixels from 0 to 16 and a label from 0 to 9.
Digits read_digits(const std::string& path);

/// A fifth for testing, drawn from minijt's random stream.
Split split(const Digits& digits);

/// Calls f for all digits in a new random order, `size` at a time; the last batch may be smaller.
template <class F>
void each_batch(const Digits& digits, int size, F f) {
    const jt::Var order = jt::randperm(digits.size());
    for (std::int64_t start = 0; start < digits.size(); start += size)
        f(digits.at(order[jt::Slice{start, std::min(start + size, digits.size())}]));
}
