// Threads that wait for each other: for turns at a thing, or for what another one does.
#pragma once
#include <thread>
#include <vector>

namespace jt::dataset {

/// A lock of one thread at a time, which that thread may take again. A thread that waits lends its turns to whom it
/// waits for, so that a circle of threads goes on instead of waiting for ever.
class Turn {
public:
    void lock();
    void unlock();

private:
    std::vector<std::thread::id> holders_;  ///< whose turn it is last; before it those that lent it
};

/// What a thread does for others, which may wait for its end.
class Job {
public:
    void begin();
    void end();
    /// Throws a ValueError where it could not come to an end, as the thread that does it waits for this one, by others
    /// perhaps.
    void await(std::thread::id worker) const;

private:
    bool going_ = false;
};

/// Stops a thread and waits for its end; those that could go on only after that are refused as above.
void stop(std::jthread& thread);

}  // namespace jt::dataset
