// What the digits program can be told on its command line.
#pragma once
#include <minijt/minijt.hpp>
#include <optional>
#include <string>

struct Options {
    std::optional<int> seed, epochs;
    std::optional<std::string> net;  ///< mlp or conv
    bool plain = false, all_seeds = false;
    int batch = 32;
    double lr = 0.1;
    std::string data = DIGITS_DATA, svg = DIGITS_SVG, save, load;

    /// Takes seed, net and plain from a saved network; throws a ValueError when they were given and differ.
    void settle(const jt::nn::StateDict& saved);
    /// Sets what was left open.
    void fill_in();
};

/// Reads the command line; ends the program after --help (0) and after a line that it does not understand (1).
Options parse(int argc, char** argv);
