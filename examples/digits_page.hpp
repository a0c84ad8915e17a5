// Put what a training run gave onto one SVG page: its curves, and the digits it got wrong.
#pragma once
#include <string>
#include <vector>

#include "digits_data.hpp"

/// How a net does on some digits: mean loss, the percentage that it reads right, and what it reads each as.
struct Score {
    double loss, accuracy;
    jt::Var read;

    std::int64_t of() const { return read.numel(); }
    /// How many it reads right.
    double right() const { return accuracy / 100 * static_cast<double>(of()); }
};

/// The scores at the end of an epoch.
struct Epoch {
    Score train, test;
};

/// The page: a title, the curves (unless the history is empty), which digits `score` says were taken for which, and
/// those that were misread. Throws a FileError when it cannot be written.
void write_page(const std::string& path, const std::string& title, const std::vector<Epoch>& history,
                const Digits& test, const Score& score);
