// Flatten, Unflatten.
#include "flatten.hpp"

#include "../module/repr.hpp"

namespace jt::nn {

Var Flatten::execute(const Var& x) { return x.flatten(start_dim, end_dim); }

std::string Flatten::extra_repr() const { return repr(start_dim, Named{"end_dim", end_dim}); }

Var Unflatten::execute(const Var& x) { return x.unflatten(dim, unflattened_size); }

std::string Unflatten::extra_repr() const {
    return repr(Named{"dim", dim}, Named{"unflattened_size", unflattened_size});
}

}  // namespace jt::nn
