// Asks the processor what it can run.
#include "cpu.hpp"

#include <cstdlib>
#include <string_view>

namespace jt::kernels {

namespace {

Isa best() {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return Isa::base;
    const bool wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    return wide ? Isa::v4 : Isa::v3;
#else
    return Isa::base;
#endif
}

Isa chosen() {
    const char* wish = std::getenv("MINIJT_ISA");
    const std::string_view name = wish ? wish : "";
    const Isa limit = name == "base" ? Isa::base : name == "v3" ? Isa::v3 : Isa::v4;
    return limit < best() ? limit : best();
}

}  // namespace

Isa isa() {
    static const Isa value = chosen();
    return value;
}

}  // namespace jt::kernels
