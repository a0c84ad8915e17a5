// The row tables that this processor can run, for tests that hold one instruction set against another.
#pragma once
#include <vector>

#include "../../core/kernels/elementwise/rows.hpp"
#include "../../core/kernels/simd/cpu.hpp"

namespace jt::test {

inline std::vector<const kernels::Rows*> float_tables(Dtype dtype) {
    const int k = dtype == float64;
    std::vector<const kernels::Rows*> tables = {&kernels::base::float_rows[k]};
#if defined(__x86_64__)
    if (kernels::isa() >= kernels::Isa::v3) tables.push_back(&kernels::v3::float_rows[k]);
    if (kernels::isa() >= kernels::Isa::v4) tables.push_back(&kernels::v4::float_rows[k]);
#endif
    return tables;
}

inline std::vector<const kernels::FusedTables*> fused_tables() {
    std::vector<const kernels::FusedTables*> tables = {&kernels::base::fused};
#if defined(__x86_64__)
    if (kernels::isa() >= kernels::Isa::v3) tables.push_back(&kernels::v3::fused);
    if (kernels::isa() >= kernels::Isa::v4) tables.push_back(&kernels::v4::fused);
#endif
    return tables;
}

}  // namespace jt::test
