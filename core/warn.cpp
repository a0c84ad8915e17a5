// Where warnings go.
#include "warn.hpp"

#include <cstdio>
#include <memory>
#include <mutex>
#include <utility>

namespace jt {

namespace {

using Handler = std::function<void(const std::string&)>;

std::recursive_mutex mutex;  // recursive, as a handler may install another one
std::shared_ptr<const Handler> handler;
bool handling = false;  // a handler is running, on the thread that holds the mutex

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
    if (!current || handling) return void(std::fprintf(stderr, "minijt: %s\n", message.c_str()));
    const Handling guard;
    (*current)(message);
}

Handler set_warning_handler(Handler next) {
    const std::lock_guard lock(mutex);
    const auto fresh = next ? std::make_shared<const Handler>(std::move(next)) : nullptr;
    const auto previous = std::exchange(handler, fresh);
    return previous ? *previous : Handler();
}

}  // namespace jt
