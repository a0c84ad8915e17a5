// The index of the ops: every function on Vars, one declaration and one line each. Shapes are NumPy's; errors are
// ShapeError, DtypeError, IndexError or ValueError, worded `op: what it needs, what it got`.
#pragma once
#include "nest.hpp"
#include "var.hpp"

namespace jt {

// ---- create (ops/create.cpp); data that is double or int64 becomes float32 or int32 unless a dtype is given, as in
// Jittor. A number that the dtype does not hold throws a ValueError: `cast` alone cuts and wraps
/// From nested braces: `array({{1, 2}, {3, 4}})`; the rows of one level are equally long.
Var array(const Nest& values, std::optional<Dtype> dtype = {});
inline Var array(std::initializer_list<Nest> rows, std::optional<Dtype> dtype = {}) { return array(Nest(rows), dtype); }
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

// ---- element by element (ops/elementwise.cpp); an Operand is a Var or a number. Both sides broadcast, dtypes promote
// by Jittor's table (ops/promote.hpp), at least one side is a Var
Var add(const Operand& x, const Operand& y);
Var sub(const Operand& x, const Operand& y);
Var mul(const Operand& x, const Operand& y);
/// Integers divide to float.
Var div(const Operand& x, const Operand& y);
/// x to the power y; x ** 2 is x * x. An integer to a negative power throws a ValueError.
Var pow(const Operand& x, const Operand& y);
/// The larger one; on a tie the gradient is y's alone, as Jittor (PyTorch differs: halves).
Var maximum(const Operand& x, const Operand& y);
Var minimum(const Operand& x, const Operand& y);
Var neg(const Var& x);
/// Gradient +1 at 0, as Jittor (PyTorch differs: 0).
Var abs(const Var& x);
Var exp(const Var& x);
Var log(const Var& x);
Var sqrt(const Var& x);
Var tanh(const Var& x);
/// 1 / (1 + exp(min(-x, 30))), as Jittor: never below 9.4e-14.
Var sigmoid(const Var& x);
/// x > 0 ? x : 0; gradient 0 at 0; NaN stays NaN.
Var relu(const Var& x);
/// Comparisons give bool.
Var equal(const Operand& x, const Operand& y);
Var not_equal(const Operand& x, const Operand& y);
Var less(const Operand& x, const Operand& y);
Var less_equal(const Operand& x, const Operand& y);
Var greater(const Operand& x, const Operand& y);
Var greater_equal(const Operand& x, const Operand& y);
/// c ? x : y; c is bool, or counts as true where it is not 0.
Var where(const Var& c, const Operand& x, const Operand& y);
/// Converted to dtype; float to float carries gradients.
Var cast(const Var& x, Dtype dtype);

// ---- reduce (ops/reduce.cpp); axes {} means all, negative ones count from the end
/// bool and uint8 sum to int32.
Var sum(const Var& x, const Axes& axes = {}, KeepDims keep = {});
/// Sum times 1 / n; integers give float.
Var mean(const Var& x, const Axes& axes = {}, KeepDims keep = {});
/// Every tied element gets the full gradient, as Jittor (PyTorch differs: shares it).
Var max(const Var& x, const Axes& axes = {}, KeepDims keep = {});
Var min(const Var& x, const Axes& axes = {}, KeepDims keep = {});
/// p = 2: sqrt(max(sum(x * x), 1e-30)); p = 1: sum of |x|. Default axis -1, as Jittor.
Var norm(const Var& x, int p = 2, const Axes& axes = -1, KeepDims keep = {});
/// (int32 index, value) of the first largest element along an axis.
std::pair<Var, Var> argmax(const Var& x, int axis, KeepDims keep = {});
/// Summed down to a shape that broadcasts to x's: the reverse of broadcast.
Var sum_to(const Var& x, const Shape& shape);

// ---- shape (ops/shape.cpp)
/// One extent may be -1.
Var reshape(const Var& x, const Shape& shape);
/// Axes in the order of `permutation`; {} reverses them.
Var transpose(const Var& x, const Axes& permutation = {});
Var broadcast(const Var& x, const Shape& shape);
/// Joined along an axis that exists; dtypes promote.
Var concat(const Vars& parts, int axis = 0);

// ---- index (ops/index.cpp)
/// x[{1, Slice{0, 3}, newaxis, ellipsis}]: integers and slices as in Python.
Var getitem(const Var& x, const Indices& indices);
/// Rows x[index[...]] along axis 0 by an integer Var, negative ones from the end; the gradient adds into the rows.
Var getitem(const Var& x, const Var& index);
/// The transpose of getitem: zeros of `shape` with rows of g added at `index`.
Var scatter_add(const Var& g, const Var& index, const Shape& shape);

// ---- product (ops/product.cpp)
/// (..., n, k) x (..., k, m); leading axes broadcast; 1-d operands as in NumPy, vector times vector has shape (1,).
Var matmul(const Var& a, const Var& b);
/// matmul(a, b transposed in its last two axes), and a's likewise; nothing is copied.
Var matmul(const Var& a, const Var& b, bool trans_a, bool trans_b);
/// x w^T + b for x (..., in), w (out, in), b (out,) or empty.
Var linear(const Var& x, const Var& w, const Var& b = {});

// ---- softmax and losses (ops/loss.cpp)
/// Over one axis; without an axis over all elements, as Jittor.
Var softmax(const Var& x, std::optional<int> axis = {});
Var log_softmax(const Var& x, std::optional<int> axis = {});
/// Loss (n,) of each row of float logits x (n, c) against classes t (n,), times weight (n,), one for each row:
/// weight * (log sum exp(x - max) - x[t] + max), 0 for a class outside [0, c). Only x gets a gradient. A float that is
/// a whole number counts as that class; any other throws a ValueError.
Var cross_entropy_rows(const Var& x, const Var& t, const Var& weight);

// ---- convolution and pooling (ops/conv.cpp)
/// A pair for height and width: `3` or `{3, 5}`.
struct Pair {
    Pair(int both) : h(both), w(both) {}
    Pair(int height, int width) : h(height), w(width) {}
    int h, w;
};
/// Cross-correlation of x (n, c, h, w), weight (o, c / groups, kh, kw), bias (o,) or empty. The last two extents become
/// (in + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1, rounded down; integers become float.
Var conv2d(const Var& x, const Var& weight, const Var& bias = {}, Pair stride = 1, Pair padding = 0, Pair dilation = 1,
           int groups = 1);
/// Largest element of each window of the last two of four axes, without a stride the kernel's; the gradient goes to the
/// first largest. The extents become (in + 2 * padding - kernel) / stride + 1, rounded down, or up with ceil_mode; then
/// a last window that would start behind the input is dropped, as in PyTorch. Padding is at most half the kernel.
Var max_pool2d(const Var& x, Pair kernel, std::optional<Pair> stride = {}, Pair padding = 0, bool ceil_mode = false);
/// The mean likewise. Padding counts as zeros with count_include_pad; without it the divisor is the number of elements.
Var mean_pool2d(const Var& x, Pair kernel, std::optional<Pair> stride = {}, Pair padding = 0, bool ceil_mode = false,
                bool count_include_pad = true);

// ---- weight normalisation (ops/rescale.cpp)
/// v * (g / n), n = sqrt(max(sum(v * v over axes), 1e-30)), g with n's shape: v rescaled to norm g, as
/// `_weight_norm` in Jittor's python/jittor/weightnorm.py.
Var rescale(const Var& v, const Var& g, const Axes& axes = -1);

// ---- operators
inline Var operator+(const Operand& x, const Operand& y) { return add(x, y); }
inline Var operator-(const Operand& x, const Operand& y) { return sub(x, y); }
inline Var operator*(const Operand& x, const Operand& y) { return mul(x, y); }
inline Var operator/(const Operand& x, const Operand& y) { return div(x, y); }
inline Var operator-(const Var& x) { return neg(x); }
inline Var operator==(const Operand& x, const Operand& y) { return equal(x, y); }
inline Var operator!=(const Operand& x, const Operand& y) { return not_equal(x, y); }
inline Var operator<(const Operand& x, const Operand& y) { return less(x, y); }
inline Var operator<=(const Operand& x, const Operand& y) { return less_equal(x, y); }
inline Var operator>(const Operand& x, const Operand& y) { return greater(x, y); }
inline Var operator>=(const Operand& x, const Operand& y) { return greater_equal(x, y); }
/// Rebinds this handle to x + y; other handles keep the old Var.
inline Var& operator+=(Var& x, const Operand& y) { return x = add(x, y); }
inline Var& operator-=(Var& x, const Operand& y) { return x = sub(x, y); }
inline Var& operator*=(Var& x, const Operand& y) { return x = mul(x, y); }
inline Var& operator/=(Var& x, const Operand& y) { return x = div(x, y); }

}  // namespace jt
