// What the C++ sides of the benchmark share: how a step is timed, and how a side answers for its rows.
#pragma once
#include <algorithm>
#include <ctime>
#include <functional>
#include <limits>
#include <string>
#include <vector>

/// Finds the least time of a step: short repetitions, since the smallest of them is what repeats on a shared machine.
/// torch_bench.py does the same.
class Timer {
public:
    /// CLOCK_PROCESS_CPUTIME_ID for one thread: the clock on the wall also counts the time of others.
    explicit Timer(clockid_t clock) : clock_(clock) {}

    /// Times step(), which returns a number that must be computed, once it has run for some milliseconds: caches and
    /// branch predictors are then as in the midst of a training. Several ways to do the work: the fastest counts.
    template <class Step>
    void operator()(Step step) {
        double spent = seconds(step, 1), each = spent;
        if (each > long_step) return keep_least(each);
        for (long count = 1; spent < warm_up; count *= 2) {
            const double some = seconds(step, count);
            spent += some;
            each = some / static_cast<double>(count);
        }
        const long count = std::max(1L, static_cast<long>(repetition / each));
        for (spent = 0; spent < window;) {
            const double some = seconds(step, count);
            spent += some;
            keep_least(some / static_cast<double>(count));
        }
    }

    /// Of one step.
    double microseconds() const { return 1e6 * least_; }

private:
    static constexpr double long_step = 1, warm_up = 0.004, repetition = 0.002, window = 0.02;

    double now() const {
        timespec t;
        clock_gettime(clock_, &t);
        return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
    }

    template <class Step>
    double seconds(Step& step, long count) const {
        const double start = now();
        for (long i = 0; i < count; ++i) {
            auto result = step();
            asm volatile("" : : "r,m"(result) : "memory");
        }
        return now() - start;
    }

    void keep_least(double seconds) { least_ = std::min(least_, seconds); }

    const clockid_t clock_;
    double least_ = std::numeric_limits<double>::infinity();
};

/// What is timed under a name: makes its data, and calls the timer with its step.
struct Row {
    std::string name;
    std::function<void(Timer&)> run;
};
using Rows = std::vector<Row>;

enum Passes { forward = 1, backward = 2, both = 3 };

/// Adds what make() gives, as a row of its forward pass and as one with its gradients, NAME.fb.
template <class Make>
void add_passes(Rows& rows, int passes, const std::string& name, Make make) {
    if (passes & forward) rows.push_back({name, [make](Timer& timer) { time_forward(timer, make()); }});
    if (passes & backward) rows.push_back({name + ".fb", [make](Timer& timer) { time_backward(timer, make()); }});
}

/// Prints the names of the rows and an empty line; then for each name that it reads the microseconds of its step. By
/// hand: `echo rows/cast.100x100 | bench minijt`. The clock is "cpu" or "wall".
int serve(const Rows& rows, const std::string& clock);
