// Element-wise work on arrays: one function of one array, two arrays (broadcast), or three.
#pragma once
#include "../../array.hpp"

namespace jt::kernels {

/// y = f(x). sigmoid is Jittor's 1 / (1 + exp(min(-x, 30))) (300 in float64); relu lets NaN pass; abs and neg also take
/// integers; gelu is x times the share of the normal distribution below x, silu x * sigmoid(x), both 0 of -infinity;
/// round takes halves away from 0, rint to the even one. For every number, subnormal ones included, exp, log,
/// log1p, log10 and cbrt are within 1 ulp, log2, rsqrt and acosh within 1.5, sin, cos, expm1, asin, acos, atan, sinh,
/// cosh, asinh and atanh within 2, tan, tanh, sigmoid and erf within 2.5, gelu of floats within 3.5 above 0 and 1e-7
/// below it, sqrt is rounded right, and what makes whole numbers is exact; an element's bits depend on its value alone.
/// Those with _int give integers of x's size, as `cast`.
enum class Unary {
#define JT_UNARY(name, value) name,
#include "unary.def"
};

/// z = f(x, y). The last six are gradients, 0 wherever g is 0, be y infinite or NaN: mul_grad(g, y) = g * y,
/// div_grad(g, y) = g / y, tanh_grad(g, y) = g * (1 - y * y), sigmoid_grad(g, y) = g * y * (1 - y), relu_grad(g, y) = y
/// > 0 ? g : 0, abs_grad(g, x) = x >= 0 ? g : -g (else NaN in y or x gives NaN). maximum and minimum let NaN of either
/// side pass; pow is within 1 ulp, a cube of floats within 1.5, with C's values at 0, infinity, NaN and below 0.
/// floor_divide of floats is div as integers of its size, as `cast`; glu is x * sigmoid(y). mod has the sign of y, or
/// of x for integers, fmod that of x; both are exact. A shift by less than 0, or by the width and more, leaves the sign
/// alone. The bitwise ones are for integers, glu, atan2 and hypot for floats, the last two within 3 and 2 ulp. Integers
/// wrap around, their division by zero and powers below zero are the caller's to prevent; with bool, add and maximum
/// are or, mul and minimum are and, sub is exclusive or.
enum class Binary {
#define JT_BINARY(name) name,
#include "binary.def"
};

/// z = x ? y, as bool; comparisons with NaN are false but for ne.
enum class Compare { eq, ne, lt, le, gt, ge };

/// z = f(x, y) of floats and two numbers. clamp is min(max(x, a), b); leaky_relu x, or a * x below 0; elu x, or a *
/// (exp(x) - 1) below 0; softplus log(1 + exp(a * x)) / a, from a * x = b on a line; mish x * tanh(softplus(x));
/// softsign x / (1 + |x|) of x within a; lerp x + a * (y - x). Those with _grad are their gradients of g = x and the
/// input y; pow_grad that of y ** a, with b = a - 1.
enum class Shaped {
#define JT_SHAPED(name, value) name,
#include "shaped.def"
};

/// Same shape as x, and its dtype but for _int.
Array map(Unary op, const Array& x);
/// Broadcasts as NumPy does. Both sides have one dtype, which is the result's but for floor_divide.
Array map(Binary op, const Array& x, const Array& y);
/// A number is converted to the other side's dtype once.
Array map(Binary op, const Array& x, const Scalar& y);
Array map(Binary op, const Scalar& x, const Array& y);
/// glu of x's halves along an axis of even extent.
Array glu(const Array& x, int axis);
/// Equal shapes and float dtypes.
Array map(Shaped op, const Array& x, const Array& y, double a, double b);
/// x = map(op, x, ...), written over x's numbers when nobody else holds them and the result fits.
void map_over(Binary op, Array& x, const Array& y);
void map_over(Binary op, Array& x, const Scalar& y);
void map_over(Shaped op, Array& x, const Array& y, double a, double b);
/// Broadcasts; both sides have one dtype; the result is bool.
Array compare(Compare op, const Array& x, const Array& y);
/// c ? x : y, the three broadcast; c is bool, x and y have one dtype.
Array select(const Array& c, const Array& x, const Array& y);
/// Converted elements, by `number_cast`: float to integer truncates, a number that no integer stands for gives the
/// smallest one, to uint8 the low byte counts, to bool is != 0.
Array cast(const Array& x, Dtype dtype);
/// Throws a ValueError in the name of `op`, with the number, when the dtype does not hold every element.
void check_numbers(const char* op, const Array& x, Dtype dtype);
/// As cast, after that check.
Array cast_exact(const char* op, const Array& x, Dtype dtype);

}  // namespace jt::kernels
