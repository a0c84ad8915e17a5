// Make Vars: from data, from a rule, from the random stream. Data that is double or int64 becomes float32 or int32
// unless a dtype is given, as in Jittor. A number that the dtype does not hold throws a ValueError: `cast` alone cuts
// and wraps.
#pragma once
#include "../nested_list.hpp"
#include "../var.hpp"

namespace jt {

namespace detail {
/// What numbers come in as where no dtype holds their type.
template <class T>
using TakenAs = std::conditional_t<
    Element<T> || std::same_as<T, std::uint64_t>, T,
    std::conditional_t<std::floating_point<T>, double,
                       std::conditional_t<std::is_unsigned_v<T> && sizeof(T) == 8, std::uint64_t, std::int64_t>>>;
template <class T>
Var array_of(const std::vector<T>& values, std::optional<Dtype> dtype);
}  // namespace detail

/// From nested braces, `array({{1, 2}, {3, 4}})`, or vectors of vectors; the rows of one level are equally long.
Var array(const NestedList& values, std::optional<Dtype> dtype = {});
inline Var array(std::initializer_list<NestedList> rows, std::optional<Dtype> dtype = {}) {
    return array(NestedList(rows), dtype);
}
/// From a std::vector of any numbers, 1-d; reshape gives it another shape. Characters do not compile: std::uint8_t
/// does.
template <class T>
requires std::is_arithmetic_v<T> Var array(const std::vector<T>& values, std::optional<Dtype> dtype = {}) {
    static_assert(!is_character<T>, "array: characters are no numbers; std::uint8_t is one");
    using As = detail::TakenAs<T>;
    if constexpr (std::same_as<T, As>)
        return detail::array_of(values, dtype);
    else
        return detail::array_of(std::vector<As>(values.begin(), values.end()), dtype);
}
/// From memory in row-major order, copied; of numbers whose type has a dtype, or is std::uint64_t.
template <class T>
requires std::same_as<T, detail::TakenAs<T>> Var array(const T* values, const Shape& shape,
                                                       std::optional<Dtype> dtype = {});
/// A detached copy.
Var array(const Var& x, std::optional<Dtype> dtype = {});
/// A leaf that shares an Array.
Var array(const Array& value);
/// Of a Shape, or of the extents one by one: `zeros({2, 3})`, `zeros(2, 3)`; so ones, empty, rand and randn.
Var zeros(const Shape& shape, Dtype dtype = float32);
Var zeros(const Extent auto&... shape) { return zeros(shape_of(shape...)); }
Var ones(const Shape& shape, Dtype dtype = float32);
Var ones(const Extent auto&... shape) { return ones(shape_of(shape...)); }
Var full(const Shape& shape, const Scalar& value, std::optional<Dtype> dtype = {});
/// Jittor's elements are whatever the memory held; here they are 0.
Var empty(const Shape& shape, Dtype dtype = float32);
Var empty(const Extent auto&... shape) { return empty(shape_of(shape...)); }
Var zeros_like(const Var& x, std::optional<Dtype> dtype = {});
Var ones_like(const Var& x, std::optional<Dtype> dtype = {});
Var full_like(const Var& x, const Scalar& value, std::optional<Dtype> dtype = {});
/// Of x's dtype, unless one is given.
Var new_zeros(const Var& x, const Shape& shape, std::optional<Dtype> dtype = {});
Var new_ones(const Var& x, const Shape& shape, std::optional<Dtype> dtype = {});
Var new_full(const Var& x, const Shape& shape, const Scalar& value, std::optional<Dtype> dtype = {});
Var new_empty(const Var& x, const Shape& shape, std::optional<Dtype> dtype = {});
/// start, start + step, ... below end; int32 when start and step are integers, float32 otherwise. Integers are exact.
Var arange(Scalar end);
Var arange(Scalar end, Dtype dtype);
Var arange(Scalar start, Scalar end, Dtype dtype);
Var arange(Scalar start, Scalar end, Scalar step = 1, std::optional<Dtype> dtype = {});
/// The place along an axis of each element of a shape, or of x.
Var index(const Shape& shape, int dim, Dtype dtype = Dtype::int32);
Var index(const Var& x, int dim, Dtype dtype = Dtype::int32);
/// n numbers i * step + start with step = (end - start) / (n - 1), float32; the last one may be off end by rounding. Of
/// one number, as Jittor, start as it is written: int32 for an integer.
Var linspace(Scalar start, Scalar end, std::int64_t n);
/// Ones on the main diagonal of float32 zeros (n, m), or (n, n).
Var eye(std::int64_t n, std::optional<std::int64_t> m = {});
/// int32 (2, k): rows and columns of the places on and below (above) a diagonal of a matrix (row, col), in row-major
/// order; offset 1 is the diagonal above the main one. PyTorch differs: int64.
Var tril_indices(std::int64_t row, std::int64_t col, int offset = 0);
Var triu_indices(std::int64_t row, std::int64_t col, int offset = 0);
/// 1 at each class along a new last axis, 0 elsewhere, in the dtype of x; num_classes -1 is the largest class plus 1.
/// Integers only; a ValueError for a class out of range.
Var one_hot(const Var& x, std::int64_t num_classes = -1);
/// Draws from Jittor's stream (`core/random.hpp`): uniform in [0, 1), normal, integers in [low, high), a permutation of
/// 0..n-1.
Var rand(const Shape& shape, Dtype dtype = float32);
Var rand(const Extent auto&... shape) { return rand(shape_of(shape...)); }
Var randn(const Shape& shape, Dtype dtype = float32);
Var randn(const Extent auto&... shape) { return randn(shape_of(shape...)); }
Var randint(std::int64_t low, std::int64_t high, const Shape& shape = {1}, Dtype dtype = int32);
Var randperm(std::int64_t n, Dtype dtype = int32);
Var rand_like(const Var& x);
Var randn_like(const Var& x);
Var randint_like(const Var& x, std::int64_t low, std::int64_t high);
/// fma(z, std, mean) of normal z; of one element z * std is rounded first, as Jittor.
Var normal(double mean, double std, const Shape& shape, Dtype dtype = float32);
/// 1 with the probability p of each element, 0 otherwise: p > u, in p's float dtype.
Var bernoulli(const Var& p);
/// int32 places along the last axis, drawn by weight: (..., num_samples). With replacement as running sums below u
/// times the whole; without, those of the largest u ** (1 / weight), one u a weight. A ValueError for a weight below 0
/// or not finite, and for more samples than weights above 0 without replacement, or none of them.
Var multinomial(const Var& weights, std::int64_t num_samples, bool replacement = false);
/// Where the random streams stand, as int64 (1251,): Jittor's number, then Python's and NumPy's Mersenne twisters, each
/// as the count of used words and its 624 words. To be saved beside a training and set again; Jittor's number alone
/// sets that. Throws a ValueError for what no stream can be at.
Var get_rng_state();
void set_rng_state(const Operand& state);

}  // namespace jt
