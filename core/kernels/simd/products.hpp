// What each SIMD build of the products and convolutions offers, and the choice among the builds.
#pragma once
#include "../cpu.hpp"
#include "../gemm.hpp"

namespace jt::kernels {

/// Blocks of a that stay in the second cache: rows and depth.
inline constexpr std::int64_t gemm_block_m = 192, gemm_block_k = 256;

template <class T>
struct Products {
    /// scratch: room for gemm_block_m * gemm_block_k numbers when blocks of a are worth a copy, or null.
    void (*gemm)(const Gemm<T>& p, T* scratch);
};

namespace base {
extern const Products<float> products_f32;
extern const Products<double> products_f64;
}  // namespace base
namespace v3 {
extern const Products<float> products_f32;
extern const Products<double> products_f64;
}  // namespace v3
namespace v4 {
extern const Products<float> products_f32;
extern const Products<double> products_f64;
}  // namespace v4

template <class T>
const Products<T>& products();

}  // namespace jt::kernels
