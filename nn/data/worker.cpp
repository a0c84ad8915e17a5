#include "worker.hpp"

#include <utility>

namespace jt::dataset {

void Worker::begin(std::function<void()> job) {
    const std::lock_guard lock(mutex_);
    next_ = std::move(job);
    job_.begin();
    changed_.notify_one();
}

void Worker::work(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, stop, [this] { return static_cast<bool>(next_); }) && !stop.stop_requested()) {
        const auto job = std::exchange(next_, nullptr);
        lock.unlock();
        job();
        job_.end();
        lock.lock();
    }
}

}  // namespace jt::dataset
