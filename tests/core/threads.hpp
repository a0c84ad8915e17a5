// Sets the number of threads while it lives.
#pragma once
#include "../../core/threads.hpp"

class Threads {
public:
    explicit Threads(int n) : before_(jt::num_threads()) { jt::set_num_threads(n); }
    ~Threads() { jt::set_num_threads(before_); }
    Threads(const Threads&) = delete;
    Threads& operator=(const Threads&) = delete;

private:
    int before_;
};
