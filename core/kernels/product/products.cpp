// Chooses the build of the products that this processor runs.
#include "products.hpp"

#include "winograd_tiles.hpp"

namespace jt::kernels {

namespace {

#if defined(__x86_64__)
template <class Table>
const Table& pick(const Table& base, const Table& v3, const Table& v4) {
    return isa() == Isa::v4 ? v4 : isa() == Isa::v3 ? v3 : base;
}

const Products<float>& of_float() { return pick(base::products_float, v3::products_float, v4::products_float); }
const Products<double>& of_double() { return pick(base::products_double, v3::products_double, v4::products_double); }
const auto& of_winograd() { return pick(base::winograd_kernels, v3::winograd_kernels, v4::winograd_kernels); }
#else
const Products<float>& of_float() { return base::products_float; }
const Products<double>& of_double() { return base::products_double; }
const auto& of_winograd() { return base::winograd_kernels; }
#endif

}  // namespace

template <>
const Products<float>& products() {
    static const auto& chosen = of_float();
    return chosen;
}

template <>
const Products<double>& products() {
    static const auto& chosen = of_double();
    return chosen;
}

const WinogradKernels& winograd_kernels(std::int64_t kernel) {
    static const auto& chosen = of_winograd();
    return chosen[kernel == 5];
}

}  // namespace jt::kernels
