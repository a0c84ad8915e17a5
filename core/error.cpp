// How numbers are worded in messages.
#include "error.hpp"

#include <cstdio>

namespace jt {

std::string text(long long value) { return std::to_string(value); }

std::string text(std::size_t value) { return std::to_string(value); }

std::string text(double value) {
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%.9g", value);
    return buffer;
}

}  // namespace jt
