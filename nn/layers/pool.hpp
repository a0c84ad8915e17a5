// Windows of images made one pixel each.
#pragma once
#include <concepts>

#include "../../autograd/ops/pool.hpp"
#include "../module/ref.hpp"
#include "../module/repr.hpp"
#include "options.hpp"

namespace jt::nn {

/// What a Pool takes of each window.
enum class PoolOp { maximum, mean };
std::string text(PoolOp op);

struct PoolOptions {
    ByName by_name = {};
    std::optional<Pair> stride = {};  ///< the kernel's unless given
    Pair padding = 0;
    bool return_indices = false, ceil_mode = false, count_include_pad = true;
    PoolOp op = PoolOp::maximum;
};

/// x (n, c, h, w) to (n, c, h', w'), h' = floor((h + 2 * padding - kernel) / stride) + 1, ceil with ceil_mode. Padding
/// is never a maximum; a mean counts it as zeros unless count_include_pad is false. Throws a ValueError for a
/// kernel or stride below 1, padding of more than half the kernel and indices of a mean; a call throws a ShapeError for
/// x that is empty or smaller than the kernel, a DtypeError for integers. With return_indices, of a maximum, `call`
/// gives a second output: where in its plane of h * w each maximum stands.
class Pool : public Module {
public:
    using Options = PoolOptions;
    explicit Pool(Pair kernel_size, const Options& options = {});
    /// Positional, as far as these go; pairs go by options.
    Pool(Pair kernel_size, int stride, int padding = 0, bool ceil_mode = false, bool count_include_pad = true,
         PoolOp op = PoolOp::maximum)
        : Pool(kernel_size, Options{{}, stride, padding, false, ceil_mode, count_include_pad, op}) {}
    Var execute(const Var& x) override;
    Vars execute_vars(const Vars& inputs) override;
    std::string extra_repr() const override;

    const Pair kernel_size;
    const Options options;
};

struct MaxPool2dOptions {
    ByName by_name = {};
    std::optional<Pair> stride = {};
    Pair padding = 0;
    bool return_indices = false, ceil_mode = false;
};

/// A Pool of maxima, which is its submodule, as in Jittor.
class MaxPool2d : public Module {
public:
    using Options = MaxPool2dOptions;
    explicit MaxPool2d(Pair kernel_size, const Options& options = {});
    MaxPool2d(Pair kernel_size, int stride, int padding = 0) : MaxPool2d(kernel_size, Options{{}, stride, padding}) {}
    Var execute(const Var& x) override { return pool_(x); }
    Vars execute_vars(const Vars& inputs) override { return pool_->call(inputs); }

private:
    const Ref<Pool> pool_;
};

struct AvgPool2dOptions {
    ByName by_name = {};
    std::optional<Pair> stride = {};
    Pair padding = 0;
    bool ceil_mode = false, count_include_pad = true;
};

/// A Pool of means, which is its submodule, as in Jittor.
class AvgPool2d : public Module {
public:
    using Options = AvgPool2dOptions;
    explicit AvgPool2d(Pair kernel_size, const Options& options = {});
    AvgPool2d(Pair kernel_size, int stride, int padding = 0, bool ceil_mode = false, bool count_include_pad = true)
        : AvgPool2d(kernel_size, Options{{}, stride, padding, ceil_mode, count_include_pad}) {}
    Var execute(const Var& x) override { return pool_(x); }

private:
    const Ref<Pool> pool_;
};

/// The h and w of an image to be; one that is left empty stays as it is: `3`, `{3, 5}`, `{{}, 5}`.
struct OutputSize {
    OutputSize(int both) : h(both), w(both) {}
    OutputSize(std::optional<int> h, std::optional<int> w) : h(h), w(w) {}

    std::optional<int> h, w;
};
/// "3" of two equal ones, or "(None, 5)".
std::string text(OutputSize size);

/// The means of windows that make an image of `output_size`, by Jittor's rule: they lie floor(in / out) apart, and each
/// spans what is left behind the others, in - (out - 1) * floor(in / out) (PyTorch differs where out does not divide
/// in). Where out is larger than in, which Jittor refuses, they are PyTorch's: from floor(i * in / out) to before
/// ceil((i + 1) * in / out). Throws a ValueError for sizes below 1; a call throws a ShapeError for x that is no image,
/// or an empty one.
class AdaptiveAvgPool2d : public Module {
public:
    using Options = OutputSize;
    explicit AdaptiveAvgPool2d(OutputSize output_size);
    Var execute(const Var& x) override;
    std::string extra_repr() const override { return repr(output_size); }

    const OutputSize output_size;
};

/// The maxima likewise; each of several equal ones in a window gets the whole gradient, as Jittor. With return_indices
/// `call` gives a second output as Pool does, the first of them gets the gradient, and a call throws a ShapeError for
/// an output larger than x.
class AdaptiveMaxPool2d : public Module {
public:
    using Options = OutputSize;
    explicit AdaptiveMaxPool2d(OutputSize output_size) : AdaptiveMaxPool2d(output_size, false) {}
    AdaptiveMaxPool2d(OutputSize output_size, std::same_as<bool> auto return_indices)  // no int of `{2, 4}`
        : output_size(checked(output_size)), return_indices(return_indices) {}
    Var execute(const Var& x) override;
    Vars execute_vars(const Vars& inputs) override;
    std::string extra_repr() const override { return repr(output_size, return_indices); }

    const OutputSize output_size;
    const bool return_indices;

private:
    static OutputSize checked(OutputSize size);
};

}  // namespace jt::nn
