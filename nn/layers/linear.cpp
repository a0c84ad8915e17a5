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

std::string Linear::extra_repr() const { return repr(in_features, out_features, bias); }

}  // namespace jt::nn
