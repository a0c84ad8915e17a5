// Winograd's convolution for one instruction set.
#include "winograd.hpp"

namespace jt::kernels::JT_ISA {

const WinogradKernels winograd_kernels = {lanes<float>, winograd_weights, winograd_bands, winograd_weight_bands,
                                          winograd_weight_back};

}  // namespace jt::kernels::JT_ISA
