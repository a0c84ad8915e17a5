// The products of one instruction set.
#include "../product/products.hpp"

#include "conv.hpp"
#include "gemm.hpp"
#include "pool.hpp"

namespace jt::kernels::JT_ISA {

template <class T>
constexpr Products<T> table = {lanes<T>,
                               gemm<T>,
                               copy_rows<T>,
                               conv_pixels<T>,
                               conv_pixels_weight<T>,
                               to_panels<T>,
                               from_panels<T>,
                               conv_channels<T>,
                               conv_channels_weight<T>,
                               depthwise<T>,
                               max_pool_windows<T>,
                               mean_pool_windows<T>};

const Products<float> products_float = table<float>;
const Products<double> products_double = table<double>;

}  // namespace jt::kernels::JT_ISA
