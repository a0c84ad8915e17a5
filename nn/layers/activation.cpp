// What activations refuse, and the weight and the printed form of PReLU.
#include "activation.hpp"

#include "../../autograd/node.hpp"
#include "../../autograd/ops/create.hpp"
#include "checks.hpp"

namespace jt::nn {

namespace {

const SoftplusOptions& checked(const SoftplusOptions& o) {
    if (finite("Softplus", "beta", o.beta) == 0) fail<ValueError>("Softplus: needs a beta other than 0, got 0");
    finite("Softplus", "threshold", o.threshold);
    return o;
}

const HardtanhOptions& checked(const HardtanhOptions& o) {
    if (o.min_val <= o.max_val) return o;
    fail<ValueError>("Hardtanh: needs min_val up to max_val, got ", o.min_val, " and ", o.max_val);
}

}  // namespace

LeakyReLU::LeakyReLU(const Options& o) : WithOptions({finite("LeakyReLU", "scale", o.scale)}) {}

ELU::ELU(const Options& o) : WithOptions({finite("ELU", "alpha", o.alpha)}) {}

Softplus::Softplus(const Options& o) : WithOptions(checked(o)) {}

Hardtanh::Hardtanh(const Options& o) : WithOptions(checked(o)) {}

PReLU::PReLU(const Options& o)
    : WithOptions(o),
      weight(attr("weight", full({at_least(1, "PReLU", "num_parameters", o.num_parameters)},
                                 finite("PReLU", "init_", o.init_)))) {}

Var PReLU::execute(const Var& x) {
    const Shape &shape = node_of("PReLU", x).value.shape(), &channels = weight.shape();
    if (channels != Shape{1} && (shape.size() < 2 || channels != Shape{shape[1]}))
        fail<ShapeError>("PReLU: needs x (n, ", channels[0], ", ...) for a weight of shape ", channels, ", got ",
                         shape);
    return jt::prelu(x, weight);
}

std::string PReLU::extra_repr() const { return repr(options.num_parameters, Named{"init_", std::optional<double>()}); }

}  // namespace jt::nn
