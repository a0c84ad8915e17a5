// Flatten.
#include "flatten.hpp"

#include "../module/repr.hpp"

namespace jt::nn {

Var Flatten::execute(const Var& x) {
    const int first = normalize_axis("Flatten", start_dim, x.ndim()),
              last = normalize_axis("Flatten", end_dim, x.ndim());
    if (first > last)
        fail<ShapeError>("Flatten: needs start_dim at or before end_dim, got ", start_dim, " and ", end_dim);
    Shape shape(x.shape().begin(), x.shape().begin() + first);
    shape.push_back(Shape(x.shape().begin() + first, x.shape().begin() + last + 1).numel());
    for (int k = last + 1; k < x.ndim(); ++k) shape.push_back(x.shape(k));
    return x.reshape(shape);
}

std::string Flatten::extra_repr() const { return repr(start_dim, Named{"end_dim", end_dim}); }

}  // namespace jt::nn
