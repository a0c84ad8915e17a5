// Turns of threads at a thing that may wait for each other.
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
    friend class Awaiting;

    std::vector<std::thread::id> holders_;  ///< whose turn it is last; before it those that lent it
};

/// While it lives, this thread waits for what another one does.
class Awaiting {
public:
    explicit Awaiting(std::thread::id other);
    ~Awaiting();
    Awaiting(const Awaiting&) = delete;
    Awaiting& operator=(const Awaiting&) = delete;
};

}  // namespace jt::dataset
