// How many processors this process may use.
#pragma once
#include <string_view>

namespace jt {

/// The lesser of the processors that the scheduler gives this process and its container's quota, at least 1.
int usable_processors();

/// Processors that a quota stands for, rounded up, as cgroup's cpu.max tells it, "QUOTA PERIOD" in us; 0 for none
/// ("max 100000", "-1 100000", or what is no such text).
int processors_of_quota(std::string_view text);

inline constexpr int most_threads = 1024;

/// The number that `wish`, the value of MINIJT_NUM_THREADS or null, stands for; else `usable`, with a warning when it
/// is not a number of 1 to most_threads.
int threads_wished(const char* wish, int usable);

}  // namespace jt
