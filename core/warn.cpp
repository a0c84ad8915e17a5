// Where warnings go.
#include "warn.hpp"

#include <cstdio>
#include <mutex>
#include <utility>

namespace jt {

namespace {

std::mutex mutex;
std::function<void(const std::string&)> handler;

}  // namespace

void warn(const std::string& message) {
    const std::lock_guard lock(mutex);
    if (handler)
        handler(message);
    else
        std::fprintf(stderr, "minijt: %s\n", message.c_str());
}

std::function<void(const std::string&)> set_warning_handler(std::function<void(const std::string&)> next) {
    const std::lock_guard lock(mutex);
    return std::exchange(handler, std::move(next));
}

}  // namespace jt
