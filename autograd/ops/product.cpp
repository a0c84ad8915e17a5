// Matrix products.
#include "product.hpp"

#include <algorithm>

#include "../../core/kernels/elementwise/elementwise.hpp"
#include "../../core/kernels/movement/movement.hpp"
#include "../../core/kernels/parallel.hpp"
#include "../../core/kernels/product/gemm.hpp"
#include "../work.hpp"
#include "promote.hpp"
#include "reduce.hpp"
#include "shape.hpp"

namespace jt {

constinit thread_local std::uint64_t multiply_adds_made = 0;

namespace {

struct Flags {
    bool a, b;
};

std::int64_t rows_of(const Shape& s) { return s.end()[-2]; }
std::int64_t cols_of(const Shape& s) { return s.back(); }

// One matrix of each operand: its place in the operands, and the extents (n, k) x (k, m).
struct Extents {
    std::int64_t n, k, m, lda, ldb;

    Extents(const Shape& a, const Shape& b, Flags t)
        : n(t.a ? cols_of(a) : rows_of(a)),
          k(t.a ? rows_of(a) : cols_of(a)),
          m(t.b ? rows_of(b) : cols_of(b)),
          lda(cols_of(a)),
          ldb(cols_of(b)) {
        if (k != (t.b ? cols_of(b) : rows_of(b)))
            fail<ShapeError>("matmul: needs (n, k) and (k, m), got ", side(a, t.a), " and ", side(b, t.b));
    }
    static std::string side(const Shape& s, bool transposed) { return text(s) + (transposed ? " transposed" : ""); }
};

Shape leading(const Shape& s) { return Shape(s.begin(), s.end() - 2); }

// x as a matrix of its last axis; the axes before it become one.
Var flattened(const Var& x) {
    if (x.ndim() == 2) return x;
    return reshape(x, {Shape(x.shape().begin(), x.shape().end() - 1).numel(), x.shape(-1)});
}

Shape with_matrix(Shape batch, std::int64_t rows, std::int64_t cols) {
    batch.push_back(rows);
    batch.push_back(cols);
    return batch;
}

template <class T>
void multiply_into(Array& y, const Array& a, const Array& b, Flags t, const Extents& e) {
    const auto batch = y.numel() / std::max<std::int64_t>(e.n * e.m, 1);
    const auto size_a = e.n * e.k, size_b = e.k * e.m, size_y = e.n * e.m;
    T* const result = y.data<T>();
    kernels::for_pieces(size_y > 0 ? batch : 0, e.k * size_y, kernels::products_at_once, [&](auto from, auto end) {
        for (auto i = from; i < end; ++i)
            kernels::gemm(kernels::Gemm<T>{t.a, t.b, e.n, e.m, e.k, T(1), a.data<T>() + i * size_a, e.lda,
                                           b.data<T>() + i * size_b, e.ldb, T(0), result + i * size_y, e.m});
    });
}

Array spread(const Array& x, const Shape& batch) {
    const Shape shape = with_matrix(batch, rows_of(x.shape()), cols_of(x.shape()));
    return x.shape() == shape ? x : kernels::broadcast_to(x, shape);
}

Array multiply(const Array& a, const Array& b, const Shape& batch, Flags t, const Extents& e) {
    if (e.k == 1 && batch.empty())
        return kernels::map(kernels::Binary::mul, a.reshaped({e.n, 1}), b.reshaped({1, e.m}));
    Array y(with_matrix(batch, e.n, e.m), a.dtype());
    const Array left = spread(a, batch), right = spread(b, batch);
    dispatch_float(a.dtype(), [&]<class T>(T) { multiply_into<T>(y, left, right, t, e); });
    return y;
}

// Both operands have two axes or more; leading axes broadcast.
Var product(const Var& a, const Var& b, Flags t) {
    static constexpr Op op{"matmul", [](const Var& g, const Call& call) -> Vars {
                               const auto [ta, tb] = call.params<Flags>();
                               const Var a = call.input(0), b = call.input(1);
                               return {!call.needs(0) ? Var()
                                       : ta           ? product(b, g, {tb, true})
                                                      : product(g, b, {false, !tb}),
                                       !call.needs(1) ? Var()
                                       : tb           ? product(g, a, {true, ta})
                                                      : product(a, g, {!ta, false})};
                           }};
    const Extents e(a.shape(), b.shape(), t);
    const Shape batch = broadcast_shapes(op.name, leading(a.shape()), leading(b.shape()));
    Array y = multiply(a.array(), b.array(), batch, t, e);
    count_multiply_adds(y.numel() * e.k);
    return record(op, std::move(y), {a, b}, t);
}

// (..., n, k) x (k, m) is one product of (... * n) rows.
Var folded(const Var& a, const Var& b, bool trans_b) {
    Shape shape(a.shape().begin(), a.shape().end() - 1);
    shape.push_back(trans_b ? rows_of(b.shape()) : cols_of(b.shape()));
    return reshape(product(flattened(a), b, {false, trans_b}), shape);
}

// A vector is a row on the left and a column on the right; its axis is dropped from the result.
Var with_vectors(const Var& a, const Var& b) {
    const bool row = a.ndim() == 1, column = b.ndim() == 1;
    const Var y = matmul(row ? reshape(a, {1, a.shape(0)}) : a, column ? reshape(b, {b.shape(0), 1}) : b);
    Shape shape = leading(y.shape());
    if (!row) shape.push_back(rows_of(y.shape()));
    if (!column) shape.push_back(cols_of(y.shape()));
    return reshape(y, shape);
}

template <class T>
Array linear_value(const Array& x, const Array& w, const Array& bias, std::int64_t n) {
    const auto in = cols_of(w.shape()), out = rows_of(w.shape());
    const Array b = bias ? bias : Array::zeros({out}, w.dtype());
    Array y = kernels::broadcast_to(b, {n, out});
    kernels::gemm(
        kernels::Gemm<T>{false, true, n, out, in, T(1), x.data<T>(), in, w.data<T>(), in, T(1), y.data<T>(), out});
    return y;
}

// x (n, in), one product into rows of the bias.
Var linear2d(const Var& x, const Var& w, const Var& b) {
    static constexpr Op op{"linear", [](const Var& g, const Call& call) -> Vars {
                               return {call.needs(0) ? product(g, call.input(1), {false, false}) : Var(),
                                       call.needs(1) ? product(g, call.input(0), {true, false}) : Var(),
                                       call.needs(2) ? sum(g, 0) : Var()};
                           }};
    Array y = dispatch_float(x.dtype(),
                             [&]<class T>(T) { return linear_value<T>(x.array(), w.array(), b.array(), x.shape(0)); });
    count_multiply_adds(x.shape(0) * w.numel());
    return record(op, std::move(y), {x, w, b});
}

void check_linear(const Var& x, const Var& w, const Var& b) {
    if (w.ndim() != 2 || x.shape(-1) != w.shape(1))
        fail<ShapeError>("linear: needs x (..., in) and weight (out, in), got ", x.shape(), " and ", w.shape());
    if (b.defined() && b.shape() != Shape{w.shape(0)})
        fail<ShapeError>("linear: needs a bias of shape (", w.shape(0), ",), got ", b.shape());
}

}  // namespace

Var matmul(const Var& a, const Var& b) { return matmul(a, b, false, false); }

Var matmul(const Var& a, const Var& b, bool trans_a, bool trans_b) {
    const Dtype dtype = to_float(promote(type_of("matmul", a), type_of("matmul", b)));
    const Var left = as_var(a, dtype), right = as_var(b, dtype);
    const bool vectors = a.ndim() == 1 || b.ndim() == 1;
    if (vectors && (trans_a || trans_b))
        fail<ShapeError>("matmul: needs two axes to transpose, got ", a.shape(), " and ", b.shape());
    if (vectors) return with_vectors(left, right);
    return b.ndim() == 2 && a.ndim() > 2 && !trans_a ? folded(left, right, trans_b)
                                                     : product(left, right, {trans_a, trans_b});
}

Var linear(const Var& x, const Var& w, const Var& b) {
    const Dtype dtype = to_float(promote(type_of("linear", x), type_of("linear", w)));
    check_linear(x, w, b);
    if (!b.defined()) return x.ndim() == 1 ? matmul(w, x) : matmul(as_var(x, dtype), as_var(w, dtype), false, true);
    Shape shape(x.shape().begin(), x.shape().end() - 1);
    shape.push_back(w.shape(0));
    const Var y = linear2d(flattened(as_var(x, dtype)), as_var(w, dtype), as_var(b, dtype));
    return x.ndim() == 2 ? y : reshape(y, shape);
}

}  // namespace jt
