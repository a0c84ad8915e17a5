#include "turn.hpp"

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <utility>

#include "../../core/error.hpp"

namespace jt::dataset {

namespace {

using Thread = std::thread::id;

std::mutex mutex;
std::condition_variable changed;

// While it lives, this thread waits: for its turn, or for another thread. Made and gone under the mutex.
class Wait {
public:
    explicit Wait(const std::vector<Thread>& holders) : holders_(&holders) { changed.notify_all(); }
    explicit Wait(Thread other) : other_(other) { changed.notify_all(); }
    Wait(const Wait&) = delete;
    Wait& operator=(const Wait&) = delete;
    ~Wait() {
        Wait** at = &all;
        while (*at != this) at = &(*at)->next_;
        *at = next_;
    }

    static std::size_t count() {
        std::size_t n = 0;
        for (const Wait* wait = all; wait; wait = wait->next_) ++n;
        return n;
    }
    static const Wait* of(Thread thread) {
        const Wait* wait = all;
        while (wait && wait->thread_ != thread) wait = wait->next_;
        return wait;
    }
    bool for_turn() const { return holders_; }
    Thread whom() const { return !holders_ ? other_ : holders_->empty() ? Thread() : holders_->back(); }

private:
    static inline Wait* all = nullptr;

    const std::vector<Thread>* holders_ = nullptr;
    Thread other_, thread_ = std::this_thread::get_id();
    Wait* next_ = std::exchange(all, this);
};

// Whether a thread waits for this one, or for one that waits for it, and so on: then it is at rest until this one is.
bool waits_for_me(Thread thread, bool by_turns) {
    for (auto steps = Wait::count(); thread != std::this_thread::get_id(); --steps) {
        const Wait* wait = Wait::of(thread);
        if (steps == 0 || !wait || (wait->for_turn() && !by_turns)) return false;  // 0: round a circle without this one
        thread = wait->whom();
    }
    return true;
}

}  // namespace

void Turn::lock() {
    std::unique_lock lock(mutex);
    holders_.reserve(holders_.size() + 1);
    {
        const Wait wait(holders_);
        changed.wait(lock, [this] { return holders_.empty() || waits_for_me(holders_.back(), true); });
    }
    holders_.push_back(std::this_thread::get_id());
}

void Turn::unlock() {
    const std::lock_guard lock(mutex);
    holders_.pop_back();
    changed.notify_all();
}

void Job::begin() {
    const std::lock_guard lock(mutex);
    going_ = true;
}

void Job::end() {
    const std::lock_guard lock(mutex);
    going_ = false;
    changed.notify_all();
}

void Job::await(Thread worker) const {
    std::unique_lock lock(mutex);
    const Wait wait(worker);
    // A circle in which somebody waits for a turn goes on: that one gets it.
    changed.wait(lock, [&] { return !going_ || waits_for_me(worker, false); });
    if (going_)
        fail<ValueError>(
            "Dataset: needs loops whose items do not wait for each other, got one that waits for this item");
}

void stop(std::jthread& thread) {
    thread.request_stop();
    std::unique_lock lock(mutex);
    const Wait wait(thread.get_id());
    lock.unlock();
    thread.join();
    lock.lock();
}

}  // namespace jt::dataset
