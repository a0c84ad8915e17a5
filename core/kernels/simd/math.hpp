// Functions of vectors: exp, tanh, erf, erfinv and powers by polynomials of our own, most others by xsimd where it is
// there.
#pragma once
#include <math.h>

#include <limits>
#include <utility>

#include "vec.hpp"
#if defined(MINIJT_XSIMD)
// Each instruction set gets an xsimd of its own: what xsimd leaves behind as a weak symbol, made for a newer processor,
// would otherwise be shared with older ones.
#define JT_JOIN_(a, b) a##b
#define JT_JOIN(a, b) JT_JOIN_(a, b)
#define xsimd JT_JOIN(xsimd_, JT_ISA)
#define XSIMD_NO_DENORMALS  // its log takes the exponent of a subnormal double before it has scaled the number
#include <xsimd/xsimd.hpp>
#endif

namespace jt::kernels::JT_ISA {

#if defined(MINIJT_XSIMD)
template <class T>
struct Library {
    using V = Vec<T>;
    using B = xsimd::batch<T>;
    static_assert(sizeof(B) == sizeof(V));

    static V log(const V& x) { return from(xsimd::log(to(x))); }
    static V sqrt(const V& x) { return from(xsimd::sqrt(to(x))); }
#define JT_UNARY(name, value)
#define JT_LIBRARY(name) \
    static V name(const V& x) { return from(xsimd::name(to(x))); }
#include "../elementwise/unary.def"
    static V fma(const V& x, const V& y, const V& z) { return multiply_add<T>(x, y, z); }

private:
    static B to(const V& x) { return B::load_unaligned(reinterpret_cast<const T*>(&x)); }
    static V from(const B& b) {
        V v;
        b.store_unaligned(reinterpret_cast<T*>(&v));
        return v;
    }
};
#else
template <class T>
struct Library {
    using V = Vec<T>;

    static V log(const V& x) {
        return each(x, [](T a) -> T { return sizeof(T) == 4 ? ::logf(a) : ::log(a); });
    }
    static V sqrt(const V& x) {
        return each(x, [](T a) -> T { return sizeof(T) == 4 ? ::sqrtf(a) : ::sqrt(a); });
    }
#define JT_UNARY(name, value)
#define JT_LIBRARY(name)                                                                    \
    static V name(const V& x) {                                                             \
        return each(x, [](T a) -> T { return sizeof(T) == 4 ? ::name##f(a) : ::name(a); }); \
    }
#include "../elementwise/unary.def"
    static V fma(const V& x, const V& y, const V& z) { return multiply_add<T>(x, y, z); }

private:
    template <class F>
    static V each(V x, F f) {
        for (int i = 0; i < lanes<T>; ++i) x[i] = f(x[i]);
        return x;
    }
};
#endif

/// What exp is made of: log 2 in two parts, so that whole multiples of the first are exact; the number whose addition
/// leaves a whole number in the last bits; where exp leaves the normal numbers, all numbers, and the finite ones; the
/// bits of the mantissa, the exponent of 1 and its bits; the polynomial of (exp(r) - 1 - r) / r^2 through the Chebyshev
/// points of |r| <= log(2) / 2, highest power first.
template <class T>
struct ExpNumbers;
template <>
struct ExpNumbers<float> {
    using Bits = std::uint32_t;
    static constexpr float log2_high = 0.693359375F, log2_low = -2.12194440e-4F, whole = 12582912;
    static constexpr float lowest = -87.33654F, least = -103.98F, highest = 88.7228F;
    static constexpr int mantissa = 23, bias = 127;
    static constexpr Bits one = 0x3F800000;
    static constexpr float terms[] = {1.98909827e-4F, 1.39336427e-3F, 8.33331093e-3F,
                                      4.16664650e-2F, 1.66666667e-1F, 0.5F};
};
template <>
struct ExpNumbers<double> {
    using Bits = std::uint64_t;
    static constexpr double log2_high = 0x1.62e42feep-1, log2_low = 0x1.a39ef35793c76p-33, whole = 6755399441055744;
    static constexpr double lowest = -708.3964, least = -745.14, highest = 709.7827;
    static constexpr int mantissa = 52, bias = 1023;
    static constexpr Bits one = 0x3FF0000000000000;
    static constexpr double terms[] = {2.098126376977311e-09,
                                       2.5105208339987698e-08,
                                       2.7557053718605583e-07,
                                       2.7557255421023506e-06,
                                       2.4801587589722127e-05,
                                       1.9841269874804214e-04,
                                       1.3888888888744918e-03,
                                       8.33333333332614e-03,
                                       4.166666666666697e-02,
                                       1.666666666666667e-01,
                                       0.5};
};

template <class T>
struct Math : Library<T> {
    using V = Vec<T>;

    /// Within 1 ulp. Inside the loops that call it, whatever else they do.
    [[gnu::always_inline]] static V exp(const V& x) {
        const Parts y(x);
        const Bits bits = __builtin_bit_cast(Bits, y.p + 1) + y.k;
        V z = __builtin_bit_cast(V, bits);
        if (any(x < N::lowest)) z = x >= N::lowest ? z : x >= N::least ? below_normal(bits) : V{};
        return x <= N::highest ? z : x + std::numeric_limits<T>::infinity();
    }

    /// For |x|: e / (e + 2) with e = exp(2 x) - 1 = 2^k p + (2^k - 1). Within 2.5 ulp.
    static V tanh(const V& x) {
        const V a = size(x);
        const Parts y(a > 20 ? splat<T>(40) : a + a);
        const V scale = __builtin_bit_cast(V, y.k + N::one);
        const V e = Library<T>::fma(scale, y.p, scale - 1);
        return with_sign(e / (e + 2), sign_of(x));
    }

    /// What xsimd's logarithms and cube root need: normal numbers.
    static V log(const V& x) {
        return lifted(x, Library<T>::log, [](const V& y) { return y - static_cast<T>(lift * 0.69314718055994531); });
    }
    static V log2(const V& x) {
        return lifted(x, Library<T>::log2, [](const V& y) { return y - lift; });
    }
    static V log10(const V& x) {
        return lifted(x, Library<T>::log10, [](const V& y) { return y - static_cast<T>(lift * 0.30102999566398120); });
    }
    static V cbrt(const V& x) {
        return lifted(x, Library<T>::cbrt, [](const V& y) { return y * (lift == 24 ? T(0x1p-8) : T(0x1p-18)); });
    }

    /// Where xsimd forgets the sign of 0, or that there is nothing below 1.
    static V expm1(const V& x) { return x == 0 ? x : Library<T>::expm1(x); }
    static V log1p(const V& x) { return x == 0 ? x : Library<T>::log1p(x); }
    static V floor(const V& x) { return with_sign(Library<T>::floor(x), sign_of(x)); }
    static V ceil(const V& x) { return with_sign(Library<T>::ceil(x), sign_of(x)); }
    static V trunc(const V& x) { return with_sign(Library<T>::trunc(x), sign_of(x)); }
    /// By the number below 1 / 2, so that a sum which rounds up to a whole number has a half to round away.
    static V round(const V& x) {
        constexpr T half = static_cast<T>(0.5) - std::numeric_limits<T>::epsilon() / 4;
        return trunc(x + with_sign(splat(half), sign_of(x)));
    }
    static V acosh(const V& x) { return x < 1 ? splat(std::numeric_limits<T>::quiet_NaN()) : Library<T>::acosh(x); }

    /// Of floats within 1.5 ulp, by minimax polynomials of erf(x) / x - 1 in x^2 near 0, and of log(1 - erf) + |x|;
    /// xsimd's of doubles is off by 66 ulp, and NaN from 1e60.
    static V erf(const V& x) {
        if constexpr (sizeof(T) == 4)
            return erf_of_float(x);
        else
            return each([](double a) { return ::erf(a); }, x);
    }

    /// Of floats within 1 ulp: x times a polynomial in log(1 - x * x), or its root where x is near 1.
    static V erfinv(const V& x) {
        constexpr T infinite = std::numeric_limits<T>::infinity(), none = std::numeric_limits<T>::quiet_NaN();
        V y;
        if constexpr (sizeof(T) == 4)
            y = in_double([](auto a) { return Math<double>::erfinv_inside(a); }, x);
        else
            y = each(erfinv_newton, x);
        return size(x) < 1 ? y : size(x) == 1 ? x * infinite : splat(none);
    }

    /// x times the share of the normal distribution below x; of floats within 3.5 ulp above 0, and 1e-7 below.
    static V gelu(const V& x) {
        if constexpr (sizeof(T) == 4) return gelu_of_float(x);
        const V share = static_cast<T>(0.5) + static_cast<T>(0.5) * erf(x * static_cast<T>(0.70710678118654752));
        return share == 0 ? V{} : x * share;
    }

    /// Beyond 40 the density is 0; infinity does not meet it.
    static V gelu_slope(const V& x) {
        const V v = smaller(larger(x, splat<T>(-40)), splat<T>(40)), density = exp(v * v * static_cast<T>(-0.5));
        const V below = static_cast<T>(0.5) + static_cast<T>(0.5) * erf(v * static_cast<T>(0.70710678118654752));
        return below + v * density * static_cast<T>(0.39894228040143268);
    }

    static V silu(const V& x) { return x == -std::numeric_limits<T>::infinity() ? V{} : x * sigmoid(x); }
    static V silu_slope(const V& x) {
        const V v = smaller(larger(x, splat<T>(-1e4)), splat<T>(1e4)), share = sigmoid(v);
        return share + v * share * (1 - share);
    }

    /// log(1 + exp(beta * x)) / beta up to beta * x = top, then a line.
    static V softplus(const V& x, const V& beta, const V& top) {
        const V over = x - top / beta;
        return log1p(exp(smaller(x * beta, top))) / beta + larger(over, V{});
    }
    static V softplus_slope(const V& x, const V& beta, const V& top) {
        const V e = exp(smaller(x * beta, top));
        return (x * beta < top ? e / (1 + e) : V{}) + (x - top / beta > 0 ? splat<T>(1) : V{});
    }

    /// x * tanh(softplus(x)), by tanh(log(1 + e)) = n / (n + 2), n = e * (e + 2); where that is 1, x.
    static V mish(const V& x) {
        const V v = larger(x, splat<T>(-1e4)), e = exp(smaller(v, splat<T>(mish_line))), n = e * (e + 2);
        return x >= mish_line ? x : v * (n / (n + 2));
    }
    static V mish_slope(const V& x) {
        const V v = larger(x, splat<T>(-1e4)), e = exp(smaller(v, splat<T>(mish_line))), n = e * (e + 2);
        const V share = n / (n + 2);
        return x >= mish_line ? splat<T>(1) : share + v * (1 - share * share) * (e / (1 + e));
    }

    static V softsign(const V& x, const V& far) {
        const V v = smaller(larger(x, -far), far);
        return v / (1 + size(v));
    }
    static V softsign_grad(const V& g, const V& x, const V& far) {
        const V s = 1 + size(x);
        return size(x) < far ? g / s / s : V{};
    }

    /// Of floats within 1 ulp, by doubles; which way a number goes does not depend on its neighbours.
    static V pow(const V& x, const V& y) {
        if constexpr (sizeof(T) == 8) {
            return each([](double a, double b) { return ::pow(a, b); }, x, y);
        } else {
            if (any((y - y == 0) == 0)) return each([](float a, float b) { return ::powf(a, b); }, x, y);
            const auto power = [](auto a, auto b) {
                return Math<double>::exp_to_float(b * Math<double>::log_of_float(a));
            };
            const V z = in_double(power, size(x), y);
            return any(((x > 0) & (x < std::numeric_limits<T>::infinity())) == 0) ? pow_at_edges(x, y, z) : z;
        }
    }

    /// The same by one number, the cube of floats within 1.5 ulp. Other multiples of 1 / 2 up to 64 are, of floats,
    /// products of doubles and their root, rounded right but for one in 10^6.
    static V pow_by_number(const V& x, T number) {
        if constexpr (sizeof(T) == 4) {
            if (number == 2) return x * x;
            if (number == 3) return x * x * x;
            constexpr T most = 128, infinite = std::numeric_limits<T>::infinity();
            const T doubled = 2 * number;
            const int halves = doubled >= -most && doubled <= most ? static_cast<int>(doubled) : 1;
            const V base = halves % 2 == 0 ? x : x == -infinite ? -x : x + 0;
            if (static_cast<T>(halves) == doubled)
                return in_double([halves](auto a) { return Math<double>::product_of_halves(a, halves); }, base);
        }
        return pow(x, splat(number));
    }

    /// The remainder with the sign of x, exact: of floats by doubles, which hold whole quotients up to 2^28 times y.
    static V fmod(const V& x, const V& y) {
        if constexpr (sizeof(T) == 8) {
            return each([](double a, double b) { return ::fmod(a, b); }, x, y);
        } else {
            const auto easy = (size(x / y) < 0x1p28F) & (size(y) < std::numeric_limits<T>::infinity());
            if (any(easy == 0)) return each([](float a, float b) { return ::fmodf(a, b); }, x, y);
            const auto rest = [](auto a, auto b) { return a - Math<double>::floor(a / b) * b; };
            return with_sign(in_double(rest, size(x), size(y)), sign_of(x));
        }
    }

    /// The remainder with the sign of y.
    static V mod(const V& x, const V& y) {
        const V rest = fmod(x, y);
        return ((rest != 0) & ((rest < 0) != (y < 0))) ? rest + y : rest;
    }

    /// The larger side times sqrt(1 + quotient^2), so that nothing overflows on the way. Within 2 ulp.
    static V hypot(const V& x, const V& y) {
        constexpr T infinite = std::numeric_limits<T>::infinity();
        const V a = size(x), b = size(y), most = larger(a, b), least = smaller(a, b);
        const V quotient = most == 0 ? V{} : least / most;
        return ((a == infinite) | (b == infinite)) ? splat(infinite) : most * Library<T>::sqrt(1 + quotient * quotient);
    }

    /// By the arc tangent of at most 1, in the first eighth of the circle. Within 3 ulp.
    static V atan2(const V& y, const V& x) {
        const V a = size(x), b = size(y), most = larger(a, b), least = smaller(a, b);
        const V quotient = most == 0 ? V{} : least == std::numeric_limits<T>::infinity() ? splat<T>(1) : least / most;
        const V angle = Library<T>::atan(quotient);
        const V upper = b > a ? static_cast<T>(1.5707963267948966) - angle : angle;
        const auto leftward = __builtin_bit_cast(decltype(x < y), sign_of(x)) != 0;
        return with_sign(leftward ? static_cast<T>(3.1415926535897932) - upper : upper, sign_of(y));
    }

    /// Jittor's: its argument stops at 30, or 300 for doubles.
    [[gnu::always_inline]] static V sigmoid(const V& x) {
        const V top = splat<T>(sizeof(T) == 4 ? 30 : 300);
        return 1 / (1 + exp(-x > top ? top : -x));
    }

private:
    /// From here on tanh(softplus(x)) is 1.
    static constexpr T mish_line = 20;

    using N = ExpNumbers<T>;
    using Bits = Vec<typename N::Bits>;
    friend struct Math<float>;

    template <class F, class... X>
    static V each(F f, const X&... x) {
        V y;
        for (int i = 0; i < lanes<T>; ++i) y[i] = f(x[i]...);
        return y;
    }

    /// f of both halves of floats in doubles.
    template <class F, class... X>
    static V in_double(F f, const X&... x) {
        static constexpr int half = lanes<double>;
        return [&]<int... i>(std::integer_sequence<int, i...>) {
            const auto low = [](const V& v) { return convert<double, half>(__builtin_shufflevector(v, v, i...)); };
            const auto high = [](const V& v) {
                return convert<double, half>(__builtin_shufflevector(v, v, (half + i)...));
            };
            const auto a = convert<float, half>(f(low(x)...)), b = convert<float, half>(f(high(x)...));
            return __builtin_shufflevector(a, b, i..., (half + i)...);
        }
        (std::make_integer_sequence<int, half>());
    }

    /// z where x is above 0 and finite; what C's pow says of the other x and a finite y.
    static V pow_at_edges(const V& x, const V& y, const V& z) {
        constexpr T infinite = std::numeric_limits<T>::infinity();
        const V a = size(x), half = y * static_cast<T>(0.5);
        const auto whole = Library<T>::floor(y) == y, odd = whole & (Library<T>::floor(half) != half);
        const auto grows = (a == 0) == (y < 0);
        const V there = ((a == 0) | (a == infinite)) ? (grows ? splat(infinite) : V{}) : z;
        const V power = ((x < 0) & (a < infinite) & (whole == 0)) ? splat(std::numeric_limits<T>::quiet_NaN()) : there;
        const Bits sign = sign_of(x) & __builtin_bit_cast(Bits, odd);
        return y == 0 ? splat<T>(1) : x != x ? x : with_sign(power, sign);
    }

    static V product_of_halves(const V& x, int halves) {
        const int count = halves < 0 ? -halves : halves;
        V square = x, z = count % 2 == 0 ? splat<T>(1) : Library<T>::sqrt(x);
        for (int rest = count / 2; rest != 0; rest /= 2, square *= square)
            if (rest % 2 != 0) z *= square;
        return halves < 0 ? 1 / z : z;
    }

    /// The logarithm of normal doubles above 0, to 1e-10 of itself, in a third of log's time: x = 2^k m with m between
    /// the roots of 1/2 and 2, and log(m) = 2 artanh((m - 1) / (m + 1)).
    static V log_of_float(const V& x) {
        constexpr std::uint64_t root = 0x3FE6A09E667F3BCD, bias = std::uint64_t{1023} << 52, whole = 0x4338000000000000;
        constexpr double terms[] = {1.0 / 11, 1.0 / 9, 1.0 / 7, 1.0 / 5, 1.0 / 3, 1};
        const Bits bits = __builtin_bit_cast(Bits, x), k = ((bits - root + bias) >> 52) - 1023;
        const V m = __builtin_bit_cast(V, bits - (k << 52)),
                power = __builtin_bit_cast(V, k + whole) - 6755399441055744.0;
        const V s = (m - 1) / (m + 1);
        return power * 0.69314718055994531 + 2 * s * polynomial(s * s, terms);
    }

    /// The exponential of doubles, to 2e-10 of itself where a float holds it; 0 or infinity as a float beyond.
    static V exp_to_float(const V& x) {
        constexpr double terms[] = {1.0 / 40320, 1.0 / 5040, 1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 0.5, 1, 1};
        const V t = x > 200 ? splat(200.0) : x < -200 ? splat(-200.0) : x;
        const V shifted = t * 1.4426950408889634 + N::whole, k = shifted - N::whole;
        const Bits scale = (__builtin_bit_cast(Bits, shifted) << N::mantissa) + N::one;
        return polynomial(t - k * 0.69314718055994531, terms) * __builtin_bit_cast(V, scale);
    }

    /// Highest power first; those of even and of odd powers apart, so that none waits for the other.
    template <std::size_t count>
    static V polynomial(const V& x, const T (&terms)[count]) {
        const V square = x * x;
        V first = splat(terms[0]), second = splat(terms[1]);
        for (std::size_t k = 2; k + 1 < count; k += 2) {
            first = Library<T>::fma(first, square, splat(terms[k]));
            second = Library<T>::fma(second, square, splat(terms[k + 1]));
        }
        if constexpr (count % 2 == 0) return Library<T>::fma(first, x, second);
        return Library<T>::fma(second, x, Library<T>::fma(first, square, splat(terms[count - 1])));
    }

    static V erf_of_float(const V& x) {
        constexpr T near[] = {-5.96761703e-4F, 4.99119423e-3F,  -2.67681349e-2F,
                              1.12819925e-1F,  -3.76125336e-1F, 1.28379166e-1F};
        constexpr T far[] = {-1.72853470e-5F, 3.83197126e-4F,  -3.88396438e-3F, 2.42546219e-2F,
                             -1.06777877e-1F, -6.34846687e-1F, -1.28717512e-1F};
        const V a = size(x), s = x * x, inner = Library<T>::fma(polynomial(s, near), x, x);
        const auto outside = a > 0.927734375F;
        if (!any(outside)) return inner;
        const V b = a > 4 ? splat<T>(4) : a;  // where erf is 1
        const Parts left(Library<T>::fma(polynomial(b, far), b, -b));
        const V outer = 1 - __builtin_bit_cast(V, __builtin_bit_cast(Bits, left.p + 1) + left.k);
        return outside ? with_sign(outer, sign_of(x)) : inner;
    }

    /// Beyond |x| lies the share 2^t / 2, where t is |x| times a polynomial that leaves it within 4e-9, and within 4e-6
    /// of itself; 2^t by its whole part and half a polynomial of the rest.
    static V gelu_of_float(const V& x) {
        constexpr T exponent[] = {-3.17446727e-08F, 9.22556183e-07F, -1.15282555e-05F, 7.89795886e-05F,
                                  -0.000285700138F, 7.04436479e-06F, 0.00694458187F,   -0.0524434485F,
                                  -0.459219128F,    -1.15110445F};
        constexpr T power[] = {
            7.67290403e-05F, 0.000669996545F, 0.00480924454F, 0.0277516432F, 0.120113231F, 0.346573591F, 0.5F};
        constexpr T far = 5.6568F;  // where nothing is left beyond
        const V a = lower(splat(far), size(x)), t = polynomial(a, exponent) * a, shifted = t + N::whole;
        const V p = polynomial(t - (shifted - N::whole), power);
        const Bits bits = __builtin_bit_cast(Bits, p) + (__builtin_bit_cast(Bits, shifted) << N::mantissa);
        const V beyond = __builtin_bit_cast(V, bits);
        return x < -far ? V{} : x * (x < 0 ? beyond : 1 - beyond);
    }

    /// Chebyshev interpolation, highest power first: of erfinv(x) / x in w = -log(1 - x * x) from 0 to 5, and in
    /// sqrt(w) from 2.2 to 4.2, each scaled to -1 .. 1.
    static V erfinv_inside(const V& x) {
        constexpr double near[] = {4.1495775027637425e-06, -3.33398093434137e-05,  2.5157435198789315e-05,
                                   0.00028407515294136829, -0.0008364687380791625, -0.00048434995074210735,
                                   0.008525934497768204,   -0.019574194007111054,  -0.026108280762074741,
                                   0.61660072347352379,    1.5014093517282392};
        constexpr double far[] = {-3.8701898331507165e-06, -3.1011020139735242e-05, 0.00010948620379370206,
                                  -3.889883792533832e-05,  -0.00036693344098017035, 0.0010925065175348095,
                                  -0.0019904085307256908,  0.0029475011049374493,   -0.0042944848880950301,
                                  0.0059734551045486587,   1.0046924531525585,      3.0336365704348109};
        const V w = -log_of_float(1 - x * x);
        const V inner = polynomial(w * 0.4 - 1, near);
        if (!any(w > 5)) return x * inner;
        return x * (w > 5 ? polynomial(Library<T>::sqrt(w) - 3.2, far) : inner);
    }

    /// Newton's method from Winitzki's formula (A handy approximation for the error function and its inverse, 2008);
    /// near 1 by erfc, which keeps what is left.
    static double erfinv_newton(double number) {
        const double x = ::fabs(number);
        if (!(x < 1)) return 0;
        const double left = ::log1p(-x * x), a = 4.3307467508 + left / 2;  // 2 / (pi * 0.147)
        double y = ::sqrt(::sqrt(a * a - left / 0.147) - a);
        for (int k = 0; k < 3; ++k) {
            const double over = x < 0.5 ? ::erf(y) - x : 1 - x - ::erfc(y);
            y -= over * ::exp(y * y) * 0.88622692545275801;  // sqrt(pi) / 2
        }
        return ::copysign(y, number);
    }

    static Bits sign_of(const V& x) {
        return __builtin_bit_cast(Bits, x) & __builtin_bit_cast(Bits, splat(static_cast<T>(-0.0)));
    }
    static V size(const V& x) { return __builtin_bit_cast(V, __builtin_bit_cast(Bits, x) ^ sign_of(x)); }
    /// Of an x that has this sign, or none.
    static V with_sign(const V& x, const Bits& sign) {
        return __builtin_bit_cast(V, __builtin_bit_cast(Bits, x) | sign);
    }

    /// f(x); where x is subnormal, what `undo` makes of f(x * 2^lift).
    static constexpr int lift = sizeof(T) == 4 ? 24 : 54;
    template <class Undo>
    static V lifted(const V& x, V (*f)(const V&), Undo undo) {
        const auto small = size(x) < std::numeric_limits<T>::min();
        if (!any(small)) return f(x);
        const V y = f(small ? x * static_cast<T>(std::uint64_t{1} << lift) : x);
        return small ? undo(y) : y;
    }

    // z, whose exponent is too small for its bits: as a multiple of the smallest number it is the sum's last bits.
    static V below_normal(const Bits& bits) {
        constexpr typename N::Bits to_multiple = N::mantissa + N::bias - 1;
        const V whole = splat(static_cast<T>(typename N::Bits{1} << N::mantissa));
        const V sum = __builtin_bit_cast(V, bits + (to_multiple << N::mantissa)) + whole;
        return __builtin_bit_cast(V, __builtin_bit_cast(Bits, sum) - __builtin_bit_cast(Bits, whole));
    }

    // exp(x) = 2^k (1 + p), p = exp(r) - 1 with r = x - k log 2; k stands where an exponent has its bits.
    struct Parts {
        Bits k;
        V p;

        explicit Parts(const V& x) {
            const V shifted = Library<T>::fma(x, splat(static_cast<T>(1.4426950408889634)), splat(N::whole));
            const V times = shifted - N::whole;
            const V r = Library<T>::fma(times, splat(-N::log2_low), Library<T>::fma(times, splat(-N::log2_high), x));
            V q = splat(N::terms[0]);
            for (std::size_t i = 1; i < sizeof N::terms / sizeof(T); ++i) q = Library<T>::fma(q, r, splat(N::terms[i]));
            p = Library<T>::fma(q, r * r, r);
            k = __builtin_bit_cast(Bits, shifted) << N::mantissa;
        }
    };
};

}  // namespace jt::kernels::JT_ISA
