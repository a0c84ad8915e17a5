// Element-wise kernels: equal shapes and single numbers go straight to a row function, the rest through a Walk.
#include "elementwise.hpp"

#include <algorithm>
#include <functional>
#include <new>
#include <type_traits>

#include "../../fill.hpp"
#include "../movement/walk.hpp"
#include "../parallel.hpp"
#include "rows.hpp"

namespace jt::kernels {

namespace {

constexpr const char* compare_names[] = {"eq", "ne", "lt", "le", "gt", "ge"};

const char* at(const Array& x, std::int64_t element) {
    return static_cast<const char*>(x.raw()) + element * static_cast<std::int64_t>(size_of(x.dtype()));
}
char* at(Array& x, std::int64_t element) {
    return static_cast<char*>(x.raw()) + element * static_cast<std::int64_t>(size_of(x.dtype()));
}

void check_dtypes(const char* op, const Array& x, const Array& y) {
    if (x.dtype() != y.dtype()) fail<DtypeError>(op, ": needs one dtype, got ", x.dtype(), " and ", y.dtype());
}

const BinaryRows& row(const BinaryRows* forms, Form form) { return forms[static_cast<int>(form)]; }

// The operands of a binary row function and its result, with the bytes from one element to the next, 0 of a number.
struct Operands {
    const char *x, *y;
    char* z;
    std::int64_t x_size, y_size, z_size;

    Operands(Form form, const void* x, const void* y, Dtype from, void* z, Dtype to)
        : x(static_cast<const char*>(x)),
          y(static_cast<const char*>(y)),
          z(static_cast<char*>(z)),
          x_size(form == Form::sv ? 0 : static_cast<std::int64_t>(size_of(from))),
          y_size(form == Form::vs ? 0 : static_cast<std::int64_t>(size_of(from))),
          z_size(static_cast<std::int64_t>(size_of(to))) {}
};

[[gnu::always_inline]] inline void run_elements(BinaryRows f, const Operands& o, std::int64_t n) {
    for_elements(n, [f, o](std::int64_t from, std::int64_t end) {
        f(o.x + from * o.x_size, o.y + from * o.y_size, o.z + from * o.z_size, end - from, Steps{});
    });
}

// Rows one after another in z.
void run_rows(BinaryRows f, const Operands& o, std::int64_t n, const Steps& steps) {
    for_rows(steps.count, n, [&](std::int64_t from, std::int64_t end) {
        const auto size = std::max(o.x_size, o.y_size);
        f(o.x + from * steps.x * size, o.y + from * steps.y * size, o.z + from * n * o.z_size, n,
          {end - from, steps.x, steps.y});
    });
}

// A binary row function over all elements of `like`, with a result of its shape.
Array run(const BinaryRows* forms, Form form, const void* x, const void* y, const Array& like, Dtype dtype) {
    Array z = like.dtype() == dtype ? Array::like(like) : Array(like.shape(), dtype);
    run_elements(row(forms, form), {form, x, y, like.dtype(), z.raw(), dtype}, z.numel());
    return z;
}

Array run_tail(const BinaryRows* forms, const Array& x, const Array& y, Dtype dtype) {
    Array z = x.dtype() == dtype ? Array::like(x) : Array(x.shape(), dtype);
    const auto n = y.numel();
    run_rows(row(forms, Form::vv), {Form::vv, x.raw(), y.raw(), x.dtype(), z.raw(), dtype}, n, {z.numel() / n, n, 0});
    return z;
}

// True when y's extents are x's last ones, as of a bias.
bool is_tail(const Shape& y, const Shape& x) {
    const int shift = x.rank() - y.rank();
    return shift >= 0 && std::equal(y.begin(), y.end(), x.begin() + shift);
}

Array walked(const char* op, const BinaryRows* forms, const Array& x, const Array& y, Dtype dtype) {
    Array z(broadcast_shapes(op, x.shape(), y.shape()), dtype);
    if (z.numel() == 0) return z;
    Walk<2> walk(z.shape(), {&x.shape(), &y.shape()});
    const auto f = row(forms, walk.inner[0] == 0 ? Form::sv : walk.inner[1] == 0 ? Form::vs : Form::vv);
    const Steps steps{walk.rows, walk.outer[0], walk.outer[1]};
    std::int64_t done = 0;
    do {
        run_rows(f, {Form::vv, at(x, walk.rest[0]), at(y, walk.rest[1]), x.dtype(), at(z, done), dtype}, walk.n, steps);
        done += walk.n * walk.rows;
    } while (walk.rest.next());
    return z;
}

Array broadcast(const char* op, const BinaryRows* forms, const Array& x, const Array& y, Dtype dtype) {
    const auto nx = x.numel(), ny = y.numel();
    if (x.shape() == y.shape()) return run(forms, Form::vv, x.raw(), y.raw(), x, dtype);
    if (ny == 1 && y.rank() <= x.rank()) return run(forms, Form::vs, x.raw(), y.raw(), x, dtype);
    if (nx == 1 && x.rank() <= y.rank()) return run(forms, Form::sv, x.raw(), y.raw(), y, dtype);
    if (is_tail(y.shape(), x.shape()) && ny > 0) return run_tail(forms, x, y, dtype);
    return walked(op, forms, x, y, dtype);
}

void run_shaped(Shaped op, const Array& x, const Array& y, Array& z, double a, double b) {
    const auto f = rows(x.dtype()).shaped[static_cast<int>(op)];
    for_elements(x.numel(), [&](std::int64_t from, std::int64_t end) {
        f(at(x, from), at(y, from), at(z, from), end - from, a, b);
    });
}

const BinaryRows* forms_of(Binary op, Dtype dtype) {
    const int k = static_cast<int>(op);
    const BinaryRows* forms = rows(dtype).binary[k];
    if (!*forms) fail<DtypeError>(binary_names[k], ": needs float32 or float64, got ", dtype);
    return forms;
}

// Integers of the size of floats.
Dtype whole(Dtype dtype) { return size_of(dtype) == 8 ? int64 : int32; }

Dtype made_by(Unary op, Dtype dtype) { return op >= Unary::round_int ? whole(dtype) : dtype; }
Dtype made_by(Binary op, Dtype dtype) { return op == Binary::floor_divide && is_float(dtype) ? whole(dtype) : dtype; }

// One number of any dtype.
struct Number {
    alignas(8) unsigned char bytes[8];

    Number(const Scalar& value, Dtype dtype) {
        dispatch(dtype, [&]<class T>(T) { new (bytes) auto(value.as<T>()); });
    }
};

template <class T, class F, int step_x, int step_y>
void compare_rows(const void* x, const void* y, void* z, std::int64_t n, const Steps& steps) {
    auto* out = static_cast<bool*>(z);
    for (std::int64_t r = 0; r < steps.count; ++r, out += n) {
        const T *a = static_cast<const T*>(x) + r * steps.x, *b = static_cast<const T*>(y) + r * steps.y;
        for (std::int64_t i = 0; i < n; ++i) out[i] = F{}(a[i * step_x], b[i * step_y]);
    }
}

template <class T, class F>
constexpr BinaryRows compare_forms[] = {compare_rows<T, F, 1, 1>, compare_rows<T, F, 1, 0>, compare_rows<T, F, 0, 1>};

const BinaryRows* forms_of(Compare op, Dtype dtype) {
    return dispatch(dtype, [op](auto zero) -> const BinaryRows* {
        using T = std::conditional_t<std::is_same_v<decltype(zero), bool>, std::uint8_t, decltype(zero)>;
        constexpr const BinaryRows* tables[] = {compare_forms<T, std::equal_to<>>,
                                                compare_forms<T, std::not_equal_to<>>, compare_forms<T, std::less<>>,
                                                compare_forms<T, std::less_equal<>>};
        return tables[static_cast<int>(op)];
    });
}

template <class T>
void copy_row(const T* x, T* z, std::int64_t n, std::int64_t step) {
    if (step == 0)
        fill(z, n, *x);
    else
        std::copy_n(x, n, z);
}

template <class T, int step_x, int step_y>
void select_row(const std::uint8_t* c, const T* x, const T* y, T* __restrict z, std::int64_t n) {
    for (std::int64_t i = 0; i < n; ++i) {
        const T a = x[i * step_x], b = y[i * step_y];
        z[i] = c[i] != 0 ? a : b;
    }
}

template <class T>
void select_row(const std::uint8_t* c, const T* x, const T* y, T* z, std::int64_t n, const Offsets<3>& steps) {
    constexpr decltype(&select_row<T, 1, 1>) forms[2][2] = {{select_row<T, 0, 0>, select_row<T, 0, 1>},
                                                            {select_row<T, 1, 0>, select_row<T, 1, 1>}};
    if (steps[0] == 0)
        copy_row(*c != 0 ? x : y, z, n, steps[*c != 0 ? 1 : 2]);
    else
        forms[steps[1]][steps[2]](c, x, y, z, n);
}

template <class T>
void select_all(const std::uint8_t* c, const T* x, const T* y, T* z, const Walk<3>& walk) {
    const auto &in = walk.inner, &out = walk.outer;
    const auto n = walk.n, rows = walk.rows;
    if (rows == 1 && walk.rest.count() == 1)
        return for_elements(n, [=, &in](std::int64_t from, std::int64_t end) {
            select_row(c + from * in[0], x + from * in[1], y + from * in[2], z + from, end - from, in);
        });
    for_rows(rows * walk.rest.count(), n, [=, &in, &out, &walk](std::int64_t from, std::int64_t end) {
        auto rest = walk.rest.moved_to(from / rows);
        for (auto k = from, row = from % rows; k < end; ++k) {
            select_row(c + rest[0] + row * out[0], x + rest[1] + row * out[1], y + rest[2] + row * out[2], z + k * n, n,
                       in);
            if (++row == rows) row = 0, rest.next();
        }
    });
}

// Calls f with x's elements, bytes for bool, and a zero of `dtype`.
template <class F>
void each_pair(const Array& x, Dtype dtype, F f) {
    dispatch(x.dtype(), [&](auto from) {
        using From = std::conditional_t<std::is_same_v<decltype(from), bool>, std::uint8_t, decltype(from)>;
        dispatch(dtype, [&](auto to) { f(static_cast<const From*>(x.raw()), to); });
    });
}

}  // namespace

Array map(Unary op, const Array& x) {
    const int k = static_cast<int>(op);
    const auto f = rows(x.dtype()).map[k];
    if (!f) fail<DtypeError>(unary_names[k], ": needs float32 or float64, got ", x.dtype());
    const Dtype dtype = made_by(op, x.dtype());
    Array y = dtype == x.dtype() ? Array::like(x) : Array(x.shape(), dtype);
    for_elements(x.numel(), [&](std::int64_t from, std::int64_t end) { f(at(x, from), at(y, from), end - from); });
    return y;
}

Array map(Binary op, const Array& x, const Array& y) {
    const char* name = binary_names[static_cast<int>(op)];
    check_dtypes(name, x, y);
    return broadcast(name, forms_of(op, x.dtype()), x, y, made_by(op, x.dtype()));
}

Array map(Binary op, const Array& x, const Scalar& y) {
    const Number number(y, x.dtype());
    return run(forms_of(op, x.dtype()), Form::vs, x.raw(), number.bytes, x, made_by(op, x.dtype()));
}

Array map(Binary op, const Scalar& x, const Array& y) {
    const Number number(x, y.dtype());
    return run(forms_of(op, y.dtype()), Form::sv, number.bytes, y.raw(), y, made_by(op, y.dtype()));
}

Array glu(const Array& x, int axis) {
    Shape shape = x.shape();
    shape[axis] /= 2;
    Array z(shape, x.dtype());
    if (z.numel() == 0) return z;
    const auto f = row(forms_of(Binary::glu, x.dtype()), Form::vv);
    const std::int64_t n = shape[axis] * step_along(shape, axis);
    const Operands halves(Form::vv, x.raw(), at(x, n), x.dtype(), z.raw(), x.dtype());
    n == z.numel() ? run_elements(f, halves, n) : run_rows(f, halves, n, {z.numel() / n, 2 * n, 2 * n});
    return z;
}

Array map(Shaped op, const Array& x, const Array& y, double a, double b) {
    Array z = Array::like(x);
    run_shaped(op, x, y, z, a, b);
    return z;
}

void map_over(Binary op, Array& x, const Array& y) {
    const bool fits = x.unique() && made_by(op, x.dtype()) == x.dtype() && x.dtype() == y.dtype();
    if (!fits || x.shape() != y.shape()) return void(x = map(op, x, y));
    void* const data = x.raw();
    run_elements(row(forms_of(op, x.dtype()), Form::vv), {Form::vv, data, y.raw(), x.dtype(), data, x.dtype()},
                 x.numel());
}

void map_over(Binary op, Array& x, const Scalar& y) {
    if (!x.unique() || made_by(op, x.dtype()) != x.dtype()) return void(x = map(op, x, y));
    const Number number(y, x.dtype());
    void* const data = x.raw();
    run_elements(row(forms_of(op, x.dtype()), Form::vs), {Form::vs, data, number.bytes, x.dtype(), data, x.dtype()},
                 x.numel());
}

void map_over(Shaped op, Array& x, const Array& y, double a, double b) {
    if (!x.unique()) return void(x = map(op, x, y, a, b));
    run_shaped(op, x, y, x, a, b);
}

Array compare(Compare op, const Array& x, const Array& y) {
    const char* name = compare_names[static_cast<int>(op)];
    check_dtypes(name, x, y);
    if (op == Compare::gt) return broadcast(name, forms_of(Compare::lt, x.dtype()), y, x, bool_);
    if (op == Compare::ge) return broadcast(name, forms_of(Compare::le, x.dtype()), y, x, bool_);
    return broadcast(name, forms_of(op, x.dtype()), x, y, bool_);
}

Array select(const Array& c, const Array& x, const Array& y) {
    check_dtypes("select", x, y);
    Array z(broadcast_shapes("select", c.shape(), broadcast_shapes("select", x.shape(), y.shape())), x.dtype());
    if (z.numel() == 0) return z;
    const Walk<3> walk(z.shape(), {&c.shape(), &x.shape(), &y.shape()});
    dispatch(x.dtype(), [&]<class T>(T) {
        select_all(static_cast<const std::uint8_t*>(c.raw()), x.data<T>(), y.data<T>(), z.data<T>(), walk);
    });
    return z;
}

Array cast(const Array& x, Dtype dtype) {
    if (x.dtype() == dtype) return x;
    if (is_float(x.dtype()) && dtype == whole(x.dtype())) return map(Unary::trunc_int, x);
    Array y(x.shape(), dtype);
    each_pair(x, dtype, [&](const auto* x_data, auto to) {
        auto* const result = y.data<decltype(to)>();
        for_elements(x.numel(), [&](std::int64_t from, std::int64_t end) {
            std::transform(x_data + from, x_data + end, result + from,
                           number_cast<decltype(to), std::decay_t<decltype(*x_data)>>);
        });
    });
    return y;
}

void check_numbers(const char* op, const Array& x, Dtype dtype) {
    each_pair(x, dtype, [&](const auto* from, auto to) {
        const auto* end = from + x.numel();
        const auto* bad = std::find_if(from, end, [](auto e) { return !fits<decltype(to)>(e); });
        if (bad != end) fail_to_hold(op, *bad, dtype);
    });
}

Array cast_exact(const char* op, const Array& x, Dtype dtype) {
    check_numbers(op, x, dtype);
    return cast(x, dtype);
}

}  // namespace jt::kernels
