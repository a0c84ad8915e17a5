// Chooses, when the program starts, which build of the SIMD kernels this processor runs.
#pragma once

namespace jt::kernels {

/// The instruction sets that `core/kernels/simd` is compiled for, each in a namespace of that name.
enum class Isa { base, v3, v4 };

/// The best one of this processor; the environment variable MINIJT_ISA (base, v3, v4) lowers it for tests.
Isa isa();

}  // namespace jt::kernels
