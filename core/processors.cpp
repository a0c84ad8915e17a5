// Asks the scheduler and the control groups.
#include "processors.hpp"

#include <sched.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <string>
#include <thread>

#include "warn.hpp"

namespace jt {

namespace {

int scheduled_processors() {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
    return static_cast<int>(std::thread::hardware_concurrency());
}

/// What is in a file, or nothing.
std::string content(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

int least(int a, int b) { return a == 0 ? b : b == 0 ? a : std::min(a, b); }

/// Of the group that this process is in and of those around it (cgroup 2).
int quota_of_groups() {
    const std::string groups = content("/proc/self/cgroup"), root = "/sys/fs/cgroup";
    const auto at = groups.find("0::/");
    std::string path = at == std::string::npos ? "" : groups.substr(at + 3, groups.find('\n', at) - at - 3);
    int result = processors_of_quota(content(root + "/cpu.max"));
    for (; !path.empty(); path.resize(path.rfind('/')))
        result = least(result, processors_of_quota(content(root + path + "/cpu.max")));
    return result;
}

int quota_of_group_1() {
    const std::string root = "/sys/fs/cgroup/cpu/cpu.cfs_";
    return processors_of_quota(content(root + "quota_us") + " " + content(root + "period_us"));
}

}  // namespace

int processors_of_quota(std::string_view text) {
    const auto number = [&text] {
        text.remove_prefix(std::min(text.find_first_not_of(" \n"), text.size()));
        std::int64_t value = 0;
        const char* const end = text.data() + text.size();
        text = {std::from_chars(text.data(), end, value).ptr, end};
        return value;
    };
    const auto quota = number(), period = number();
    if (quota <= 0 || period <= 0) return 0;
    return static_cast<int>(std::min<std::int64_t>((quota - 1) / period + 1, 1 << 20));
}

int threads_wished(const char* wish, int usable) {
    usable = std::min(usable, most_threads);
    if (!wish) return usable;
    const char* const end = wish + std::strlen(wish);
    int threads = 0;
    if (std::from_chars(wish, end, threads).ptr == end && threads >= 1 && threads <= most_threads) return threads;
    warn("MINIJT_NUM_THREADS: needs 1 to " + std::to_string(most_threads) + ", got '" + wish + "'");
    return usable;
}

int usable_processors() {
    return std::max(least(scheduled_processors(), least(quota_of_groups(), quota_of_group_1())), 1);
}

}  // namespace jt
