// Linear: its first weight and its printed form.
#include "linear.hpp"

#include "../init.hpp"
#include "../module/repr.hpp"
#include "checks.hpp"

namespace jt::nn {

Linear::Linear(int in, int out, const Options& options)
    : in_features(at_least(0, "Linear", "in_features", in)),
      out_features(at_least(0, "Linear", "out_features", out)),
      weight(attr("weight", init::invariant_uniform({out, in}))),
      bias(attr("bias", bias_for(options.bias, out, in))) {}

Var Linear::execute(const Var& x) {
    if (x.defined() && x.ndim() > 0 && weight.ndim() == 2 && x.shape(-1) != weight.shape(1))
        fail<ShapeError>("Linear: needs ", weight.shape(1), " features in the last axis, got ", x.shape());
    return jt::linear(x, weight, bias);
}

std::string Linear::extra_repr() const { return repr(in_features, out_features, bias); }

}  // namespace jt::nn
