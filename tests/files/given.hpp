// Folders that tests/files/run.py hands to the tests.
#pragma once
#include <cstdlib>
#include <string>

#include <doctest/doctest.h>

namespace jt::test {

/// The folder that the environment variable names, with a slash; empty, with a word about it, when there is none.
inline std::string given(const char* variable) {
    const char* folder = std::getenv(variable);
    if (!folder) MESSAGE("skipped: tests/files/run.py sets " << std::string(variable));
    return folder ? std::string(folder) + "/" : "";
}

}  // namespace jt::test
