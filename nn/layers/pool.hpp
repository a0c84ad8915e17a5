// Pool.
#pragma once
#include "../../autograd/ops/conv.hpp"
#include "../module/module.hpp"
#include "options.hpp"

namespace jt::nn {

/// What a Pool takes of each window.
enum class PoolOp { maximum, mean };
std::string text(PoolOp op);

struct PoolOptions {
    ByName by_name = {};
    std::optional<Pair> stride = {};  ///< the kernel's unless given
    Pair padding = 0;
    bool ceil_mode = false, count_include_pad = true;
    PoolOp op = PoolOp::maximum;
};

/// x (n, c, h, w) to (n, c, h', w'), h' = floor((h + 2 * padding - kernel) / stride) + 1, ceil with ceil_mode. Padding
/// is never a maximum; a mean counts it as zeros unless count_include_pad is false. A call throws a ValueError for a
/// kernel or stride below 1 or padding of more than half the kernel, a ShapeError for x that is empty or smaller than
/// the kernel, a DtypeError for integers.
class Pool : public Module {
public:
    using Options = PoolOptions;
    explicit Pool(Pair kernel_size, const Options& options = {}) : kernel_size(kernel_size), options(options) {}
    /// Positional, as far as these go; pairs go by options.
    Pool(Pair kernel_size, int stride, int padding = 0, bool ceil_mode = false, bool count_include_pad = true,
         PoolOp op = PoolOp::maximum)
        : Pool(kernel_size, Options{{}, stride, padding, ceil_mode, count_include_pad, op}) {}
    Var execute(const Var& x) override;
    std::string extra_repr() const override;

    const Pair kernel_size;
    const Options options;
};

}  // namespace jt::nn
