// Picks the row tables of the instruction set that this processor runs.
#include "rows.hpp"

#include "cpu.hpp"

namespace jt::kernels {

namespace {

#if defined(__x86_64__)
template <class Table>
const Table* pick(const Table* base, const Table* v3, const Table* v4) {
    return isa() == Isa::v4 ? v4 : isa() == Isa::v3 ? v3 : base;
}

const Rows* row_tables() { return pick(base::row_tables, v3::row_tables, v4::row_tables); }
const FusedRows<float>* fused_float() { return pick(&base::fused_float, &v3::fused_float, &v4::fused_float); }
const FusedRows<double>* fused_double() { return pick(&base::fused_double, &v3::fused_double, &v4::fused_double); }
#else
const Rows* row_tables() { return base::row_tables; }
const FusedRows<float>* fused_float() { return &base::fused_float; }
const FusedRows<double>* fused_double() { return &base::fused_double; }
#endif

}  // namespace

const Rows& rows(Dtype dtype) {
    static const Rows* const tables = row_tables();
    return tables[static_cast<int>(dtype)];
}

template <>
const FusedRows<float>& fused_rows<float>() {
    static const FusedRows<float>* const table = fused_float();
    return *table;
}

template <>
const FusedRows<double>& fused_rows<double>() {
    static const FusedRows<double>* const table = fused_double();
    return *table;
}

}  // namespace jt::kernels
