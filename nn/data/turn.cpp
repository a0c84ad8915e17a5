#include "turn.hpp"

#include <condition_variable>
#include <map>
#include <mutex>

namespace jt::dataset {

namespace {

using Thread = std::thread::id;

// What a thread waits for: its turn, or another thread.
struct Wait {
    const std::vector<Thread>* holders;
    Thread other;

    Thread whom() const { return !holders ? other : holders->empty() ? Thread() : holders->back(); }
};

std::mutex mutex;
std::condition_variable changed;

std::map<Thread, Wait>& waiting() {
    static std::map<Thread, Wait> waits;
    return waits;
}

// Whether a thread waits for this one, or for one that waits for it, and so on: then it is at rest until this one is.
bool waits_for_me(Thread thread) {
    const auto& waits = waiting();
    while (thread != std::this_thread::get_id()) {
        const auto wait = waits.find(thread);
        if (wait == waits.end()) return false;
        thread = wait->second.whom();
    }
    return true;
}

}  // namespace

void Turn::lock() {
    std::unique_lock lock(mutex);
    const auto me = std::this_thread::get_id();
    holders_.reserve(holders_.size() + 1);
    waiting()[me] = {&holders_, {}};
    changed.notify_all();
    changed.wait(lock, [this] { return holders_.empty() || waits_for_me(holders_.back()); });
    waiting().erase(me);
    holders_.push_back(me);
}

void Turn::unlock() {
    const std::lock_guard lock(mutex);
    holders_.pop_back();
    changed.notify_all();
}

Awaiting::Awaiting(std::thread::id other) {
    const std::lock_guard lock(mutex);
    waiting()[std::this_thread::get_id()] = {nullptr, other};
    changed.notify_all();
}

Awaiting::~Awaiting() {
    const std::lock_guard lock(mutex);
    waiting().erase(std::this_thread::get_id());
}

}  // namespace jt::dataset
