// How much memory the process ever had.
#pragma once
#include <sys/resource.h>

namespace jt::test {

// A sanitizer keeps freed memory.
#if defined(__has_feature)
inline constexpr bool sanitized = __has_feature(address_sanitizer);
#elif defined(__SANITIZE_ADDRESS__)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif

/// The most memory that the process ever had, in MiB.
inline double peak() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024;
}

}  // namespace jt::test
