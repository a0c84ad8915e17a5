// The frame of an example program: what it can be told on its command line, its seed, and how it ends.
#pragma once
#include <functional>
#include <minijt/minijt.hpp>
#include <string>

struct Program {
    std::string name, about;
    std::string unit;  ///< what --epochs or --steps counts
    int steps;
    int seed = 1;
    std::string svg = {};         ///< build/NAME.svg unless --svg names another file
    std::string data_about = {};  ///< what --data names, for a program that has it
    std::string data = {};
    std::string save_path = {}, resume_path = {};

    /// What --resume asks for: goes on from a file that --save wrote. And what --save asks for, to be called now and
    /// then and at the end.
    void resume(jt::nn::Checkpoint& checkpoint) const;
    void save(const jt::nn::Checkpoint& checkpoint) const;
};

/// What printf would print.
[[gnu::format(printf, 1, 2)]] std::string text(const char* format, ...);

/// Reads the command line, seeds the random stream, calls `body`, and says where the picture is. Returns the exit code:
/// 1 after a line that it does not understand, and after an exception.
int run(Program program, int argc, char** argv, const std::function<void(const Program&)>& body);
