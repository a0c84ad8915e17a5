// What is drawn for each kind of dropout.
#include "dropout.hpp"

#include "../../autograd/node.hpp"
#include "../../autograd/ops/arithmetic.hpp"
#include "../../autograd/ops/comparison.hpp"
#include "../../autograd/ops/create.hpp"

namespace jt::nn {

namespace {

// The shape of x with 1 in place of the extents from axis `first` to before `last`.
Shape with_ones(Shape shape, std::size_t first, std::size_t last) {
    for (std::size_t k = first; k < last; ++k) shape[k] = 1;
    return shape;
}

template <class F>
Var dropped(const char* op, const Var& x, double p, bool is_train, const Shape& draws, F kept) {
    if (!(p >= 0 && p <= 1)) fail<ValueError>(op, ": needs a probability from 0 to 1, got ", p);
    if (p == 0 || !is_train) return x.clone();
    if (p == 1) return x * zeros_like(x);
    return x * kept(rand(draws)).cast(x.dtype()) / (1.0 - p);
}

}  // namespace

Var dropout(const Var& x, double p, bool is_train) {
    return dropped("dropout", x, p, is_train, node_of("dropout", x).value.shape(), [p](const Var& u) { return u > p; });
}

Var dropout2d(const Var& x, double p, bool is_train) {
    const Shape& shape = node_of("dropout2d", x).value.shape();
    const std::size_t rank = shape.size();
    if (rank != 3 && rank != 4) fail<ShapeError>("dropout2d: needs an image (n, c, h, w) or (c, h, w), got ", shape);
    return dropped("dropout2d", x, p, is_train, with_ones(shape, rank - 2, rank), [p](const Var& u) { return u > p; });
}

Var droppath(const Var& x, double p, bool is_train) {
    const Shape& shape = node_of("droppath", x).value.shape();
    return dropped("droppath", x, p, is_train, with_ones(shape, 1, shape.size()),
                   [p](const Var& u) { return u + (1.0 - p) >= 1; });
}

}  // namespace jt::nn
