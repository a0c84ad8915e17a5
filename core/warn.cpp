// Where warnings go.
#include "warn.hpp"

#include <cstdio>
#include <mutex>
#include <utility>

namespace jt {

namespace {

using Handler = Callable<void(const std::string&)>;

std::recursive_mutex mutex;  // recursive, as a handler may install another one
Handler handler;
bool handling = false;  // a handler is running, on the thread that holds the mutex

void to_standard_error(const std::string& message) { std::fprintf(stderr, "minijt: %s\n", message.c_str()); }

struct Handling {
    Handling() { handling = true; }
    ~Handling() { handling = false; }
    Handling(const Handling&) = delete;
    Handling& operator=(const Handling&) = delete;
};

}  // namespace

void warn(const std::string& message) {
    const std::lock_guard lock(mutex);
    const auto current = handler;  // held, as it may be replaced while it runs
    if (!current || handling) return to_standard_error(message);
    const Handling guard;
    current(message);
}

Handler set_warning_handler(Handler next) {
    const std::lock_guard lock(mutex);
    auto previous = std::exchange(handler, std::move(next));
    return previous ? previous : to_standard_error;  // no empty one, which a std::function would not take for that
}

}  // namespace jt
