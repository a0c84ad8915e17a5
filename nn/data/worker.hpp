// A thread that works ahead of another.
#pragma once
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "turn.hpp"

namespace jt::dataset {

/// Runs one job after the other on a thread of its own. When it dies it waits for the job that runs.
class Worker {
public:
    Worker() : thread_([this](const std::stop_token& stop) { work(stop); }) {}

    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;
    ~Worker() { stop(thread_); }

    /// Takes the place of a job that did not begin. A job must not throw.
    void begin(std::function<void()> job);
    /// Waits for the end of the last job. Throws a ValueError where that waits for this thread.
    void await() const { job_.await(thread_.get_id()); }

private:
    void work(const std::stop_token& stop);

    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::function<void()> next_;
    Job job_;
    std::jthread thread_;  ///< the last member: it uses the others
};

}  // namespace jt::dataset
