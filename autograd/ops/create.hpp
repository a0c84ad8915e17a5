// Make Vars: from data, from a rule, from the random stream. Data that is double or int64 becomes float32 or int32
// unless a dtype is given, as in Jittor. A number that the dtype does not hold throws a ValueError: `cast` alone cuts
// and wraps.
#pragma once
#include "../nested_list.hpp"
#include "../var.hpp"

namespace jt {

/// From nested braces: `array({{1, 2}, {3, 4}})`; the rows of one level are equally long.
Var array(const NestedList& values, std::optional<Dtype> dtype = {});
inline Var array(std::initializer_list<NestedList> rows, std::optional<Dtype> dtype = {}) {
    return array(NestedList(rows), dtype);
}
/// From a std::vector, 1-d; reshape gives it another shape.
template <class T>
Var array(const std::vector<T>& values, std::optional<Dtype> dtype = {});
/// From memory in row-major order, copied.
template <class T>
Var array(const T* values, const Shape& shape, std::optional<Dtype> dtype = {});
/// A detached copy.
Var array(const Var& x, std::optional<Dtype> dtype = {});
/// A leaf that shares an Array.
Var array(const Array& value);
Var zeros(const Shape& shape, Dtype dtype = float32);
Var ones(const Shape& shape, Dtype dtype = float32);
Var full(const Shape& shape, const Scalar& value, std::optional<Dtype> dtype = {});
Var zeros_like(const Var& x, std::optional<Dtype> dtype = {});
Var ones_like(const Var& x, std::optional<Dtype> dtype = {});
Var full_like(const Var& x, const Scalar& value, std::optional<Dtype> dtype = {});
/// start, start + step, ... below end; int32 when start and step are integers, float32 otherwise. Integers are exact.
Var arange(Scalar end);
Var arange(Scalar start, Scalar end, Scalar step = 1, std::optional<Dtype> dtype = {});
/// Draws from Jittor's stream (`core/random.hpp`): uniform in [0, 1), normal, integers in [low, high), a permutation of
/// 0..n-1.
Var rand(const Shape& shape, Dtype dtype = float32);
Var randn(const Shape& shape, Dtype dtype = float32);
Var randint(std::int64_t low, std::int64_t high, const Shape& shape = {1}, Dtype dtype = int32);
Var randperm(std::int64_t n, Dtype dtype = int32);
Var rand_like(const Var& x);
Var randn_like(const Var& x);
Var randint_like(const Var& x, std::int64_t low, std::int64_t high);
/// Where the stream stands, as one int64, to be saved beside a training and set again. Throws a ValueError for what no
/// stream can be at.
Var get_rng_state();
void set_rng_state(const Operand& state);

}  // namespace jt
