// Flatten, Unflatten.
#pragma once
#include "../module/module.hpp"

namespace jt::nn {

/// Axes start_dim to end_dim, the last one included, become one; (n, c, h, w) gives (n, c * h * w) unless told
/// otherwise. A call throws a ShapeError for an axis that x has not got or a start_dim behind end_dim.
class Flatten : public Module {
public:
    explicit Flatten(int start_dim = 1, int end_dim = -1) : start_dim(start_dim), end_dim(end_dim) {}
    Var execute(const Var& x) override;
    std::string extra_repr() const override;

    const int start_dim, end_dim;
};

/// The axis dim becomes axes of these sizes, one of which may be -1: (n, c * h * w) gives (n, c, h, w) for 1 and
/// (c, h, w). A call throws a ShapeError for an axis that x has not got, or other sizes than its elements make.
class Unflatten : public Module {
public:
    Unflatten(int dim, const Shape& unflattened_size) : dim(dim), unflattened_size(unflattened_size) {}
    Var execute(const Var& x) override;
    std::string extra_repr() const override;

    const int dim;
    const Shape unflattened_size;
};

}  // namespace jt::nn
