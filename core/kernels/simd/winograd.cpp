// Winograd's convolution for one instruction set.
#include "winograd.hpp"

namespace jt::kernels::JT_ISA {

template <std::int64_t K>
constexpr WinogradKernels table = {winograd_weights<K>, winograd_bands<K>, winograd_weight_bands<K>,
                                   winograd_weight_back<K>};

const WinogradKernels winograd_kernels[] = {table<3>, table<5>};

}  // namespace jt::kernels::JT_ISA
