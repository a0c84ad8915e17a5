// Dropout as a module and as a function.
#include "dropout.hpp"

#include "../../autograd/ops/arithmetic.hpp"
#include "../../autograd/ops/comparison.hpp"
#include "../../autograd/ops/create.hpp"
#include "../module/repr.hpp"

namespace jt::nn {

Dropout::Dropout(const Options& o) : options(o) {
    if (!(o.p >= 0 && o.p <= 1)) fail<ValueError>("Dropout: needs a probability from 0 to 1, got ", o.p);
}

Var Dropout::execute(const Var& x) { return dropout(x, options.p, is_training()); }

std::string Dropout::extra_repr() const { return repr(options.p, Named{"is_train", is_training()}); }

Var dropout(const Var& x, double p, bool is_train) {
    if (!(p >= 0 && p <= 1)) fail<ValueError>("dropout: needs a probability from 0 to 1, got ", p);
    if (p == 0 || !is_train) return x.clone();
    if (p == 1) return x * zeros_like(x);
    const Var keep = (rand(x.shape()) > p).cast(x.dtype());
    return x * keep / (1.0 - p);
}

}  // namespace jt::nn
