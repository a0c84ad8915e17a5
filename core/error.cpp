// How numbers and places are worded in messages.
#include "error.hpp"

#include <cstdio>

namespace jt {

void Placeable::place(const std::string& path, const std::string& name) {
    if (placed_) return;
    const std::string message = this->message();
    const bool named = message.starts_with(name + ":") || message.starts_with(name + ".");
    placed_ = make_shared_ptr<const std::string>(path + (named ? message.substr(name.size()) : ": " + message));
}

MemoryError::MemoryError(std::size_t bytes)
    : message_(make_shared_ptr<const std::string>("memory: needs " + text(bytes) + " bytes, got none")) {}

std::string text(long long value) { return std::to_string(value); }

std::string text(std::size_t value) { return std::to_string(value); }

std::string text(double value) {
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%.9g", value);
    return buffer;
}

}  // namespace jt
