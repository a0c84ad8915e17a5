// PReLU: its weight and its printed form.
#include "activation.hpp"

#include "../../autograd/node.hpp"
#include "../../autograd/ops/create.hpp"
#include "checks.hpp"

namespace jt::nn {

PReLU::PReLU(const Options& o)
    : WithOptions(o),
      weight(attr("weight", full({at_least(1, "PReLU", "num_parameters", o.num_parameters)}, o.init_))) {}

Var PReLU::execute(const Var& x) {
    const Shape &shape = node_of("PReLU", x).value.shape(), &channels = weight.shape();
    if (channels != Shape{1} && (shape.size() < 2 || channels != Shape{shape[1]}))
        fail<ShapeError>("PReLU: needs x (n, ", channels[0], ", ...) for a weight of shape ", channels, ", got ",
                         shape);
    return jt::prelu(x, weight);
}

std::string PReLU::extra_repr() const { return repr(options.num_parameters, Named{"init_", std::optional<double>()}); }

}  // namespace jt::nn
