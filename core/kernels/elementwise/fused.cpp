// Fused kernels: rows of the softmax family, weight norm over any axes, optimizer updates.
#include "fused.hpp"

#include <algorithm>
#include <cmath>

#include "../movement/walk.hpp"
#include "../reduce/reduce.hpp"
#include "../reduce/reduction.hpp"
#include "elementwise.hpp"
#include "rows.hpp"

namespace jt::kernels {

namespace {

// An Array like x whose rows, those of the last axis, f(functions, y, rows, n) fills.
template <class F>
Array rowwise(const Array& x, F f) {
    Array y = Array::like(x);
    if (x.numel() == 0) return y;
    const std::int64_t n = x.rank() == 0 ? 1 : x.shape().back();
    dispatch_float(x.dtype(), [&]<class T>(T) { f(fused_rows<T>(), y.data<T>(), x.numel() / n, n); });
    return y;
}

template <class T>
Labelled<T> labelled(const Array& x, const Array& t, const Array& w) {
    return {x.data<T>(), t.data<std::int32_t>(), w.data<T>(), x.shape()[0], x.shape()[1]};
}

// True when `axes` are the last ones of the shape, extents of 1 apart: then every norm belongs to one run of memory.
bool by_rows(const Shape& shape, AxisSet axes) {
    bool kept = false;
    for (int k = shape.rank() - 1; k >= 0; --k) {
        if (shape[k] == 1) continue;
        if (kept && contains(axes, k)) return false;
        kept = kept || !contains(axes, k);
    }
    return true;
}

// Row by row, so that v is read a second time from the cache.
template <class T>
void rescale_rows(const Array& v, const Array& g, Rescaled& out) {
    const std::int64_t rows = g.numel(), length = v.numel() / rows;
    fused_rows<T>().rescale_rows(
        {v.data<T>(), g.data<T>(), out.n.template data<T>(), out.w.template data<T>(), rows, length});
}

// The same for G and v.
template <class T>
void rescale_grad_rows(const Array& G, const Array& v, const Array& g, const Array& n, RescaleGrads& out) {
    const std::int64_t rows = n.numel(), length = v.numel() / rows;
    fused_rows<T>().rescale_grad_rows(
        {G.data<T>(), v.data<T>(), g.data<T>(), n.data<T>(), out.v.data<T>(), out.g.data<T>(), rows, length});
}

// Sums first, then one broadcast pass.
template <class T>
void rescale_grad_walk(const Array& G, const Array& v, const Array& g, const Array& n, AxisSet axes,
                       RescaleGrads& out) {
    const auto& f = fused_rows<T>();
    const auto s = reduce<T>(Fold::dot, G, v, axes, n.shape(), 0.0, [](double total) { return total; });
    Array a = Array::like(n), r = Array::like(n), b = Array::like(n);
    const RescaleTerms<T> terms{a.data<T>(), r.data<T>(), b.data<T>()};
    f.rescale_terms(g.data<T>(), n.data<T>(), s.template data<double>(), out.g.data<T>(), terms, n.numel());
    Walk<2> walk(v.shape(), {&v.shape(), &n.shape()});
    const Form form = walk.inner[1] == 0 ? Form::vs : Form::vv;
    do {
        for (std::int64_t row = 0; row < walk.rows; ++row) {
            const auto i = walk.rest[0] + row * walk.outer[0], k = walk.rest[1] + row * walk.outer[1];
            f.rescale_grad(G.data<T>() + i, v.data<T>() + i, out.v.data<T>() + i, walk.n,
                           {terms.a + k, terms.r + k, terms.b + k}, form);
        }
    } while (walk.rest.next());
}

Groups groups_of(const Array& x) {
    const Shape& s = x.shape();
    return {s[0], s[1], s[2], s[3], s[4]};
}

}  // namespace

Array softmax(const Array& x) {
    return rowwise(x, [&]<class T>(const auto& f, T* y, auto rows, auto n) { f.softmax(x.data<T>(), y, rows, n); });
}

Array log_softmax(const Array& x) {
    return rowwise(x, [&]<class T>(const auto& f, T* y, auto rows, auto n) { f.log_softmax(x.data<T>(), y, rows, n); });
}

Array softmax_grad(const Array& g, const Array& y) {
    return rowwise(y, [&]<class T>(const auto& f, T* gx, auto rows, auto n) {
        f.softmax_grad(g.data<T>(), y.data<T>(), gx, rows, n);
    });
}

Array log_softmax_grad(const Array& g, const Array& y) {
    return rowwise(y, [&]<class T>(const auto& f, T* gx, auto rows, auto n) {
        f.log_softmax_grad(g.data<T>(), y.data<T>(), gx, rows, n);
    });
}

CrossEntropy cross_entropy(const Array& x, const Array& t, const Array& w) {
    CrossEntropy out{Array(w.shape(), x.dtype()), Array::like(x)};
    if (x.numel() == 0) return {map(Binary::mul, w, 0), out.softmax};
    dispatch_float(x.dtype(), [&]<class T>(T) {
        fused_rows<T>().cross_entropy(labelled<T>(x, t, w), out.softmax.data<T>(), out.loss.data<T>());
    });
    return out;
}

Array cross_entropy_grad(const Array& g, const Array& p, const Array& t, const Array& w) {
    Array gx = Array::like(p);
    if (p.numel() == 0) return gx;
    dispatch_float(p.dtype(), [&]<class T>(T) {
        fused_rows<T>().cross_entropy_grad(g.data<T>(), labelled<T>(p, t, w), gx.data<T>());
    });
    return gx;
}

Array norm(const Array& v, AxisSet axes, double least) {
    return dispatch_float(v.dtype(), [&]<class T>(T) {
        const auto root = [least](double s) { return static_cast<T>(std::sqrt(s < least ? least : s)); };
        return reduce<T>(Fold::squares, v, v, axes, reduced_shape(v.shape(), axes, true), 0.0, root);
    });
}

Rescaled rescale(const Array& v, const Array& g, AxisSet axes) {
    if (v.numel() == 0 || !by_rows(v.shape(), axes)) {
        const Array n = norm(v, axes);
        return {map(Binary::mul, v, map(Binary::div, g, n)), n};
    }
    Rescaled out{Array::like(v), Array::like(g)};
    dispatch_float(v.dtype(), [&]<class T>(T) { rescale_rows<T>(v, g, out); });
    return out;
}

RescaleGrads rescale_grad(Array G, const Array& v, const Array& g, const Array& n, AxisSet axes) {
    RescaleGrads out{G.unique() ? Array() : Array::like(v), Array::like(n)};
    if (!out.v) std::swap(out.v, G);
    const Array& from = G ? G : out.v;
    if (v.numel() == 0) return {out.v, Array::zeros(n.shape(), n.dtype())};
    dispatch_float(v.dtype(), [&]<class T>(T) {
        if (by_rows(v.shape(), axes))
            rescale_grad_rows<T>(from, v, g, n, out);
        else
            rescale_grad_walk<T>(from, v, g, n, axes, out);
    });
    return out;
}

Standardized standardize(const Array& x, const Array& weight, const Array& bias, double eps) {
    const Groups groups = groups_of(x);
    const Shape each{groups.outer, groups.period};
    Standardized out{Array::like(x), Array(each, x.dtype()), Array(each, x.dtype())};
    dispatch_float(x.dtype(), [&]<class T>(T) {
        fused_rows<T>().standardize({x.data<T>(), weight.data<T>(), bias.data<T>(), out.y.data<T>(), out.mean.data<T>(),
                                     out.var.data<T>(), groups, static_cast<T>(eps)});
    });
    return out;
}

StandardizeGrads standardize_grad(const Array& g, const Array& x, const Array& weight, const Standardized& s,
                                  double eps) {
    const Groups groups = groups_of(x);
    Array gweight = Array::zeros(weight.shape(), float64), gbias = Array::zeros(weight.shape(), float64),
          gx = Array::like(x), h({4 * std::max(groups.channels, groups.inner)}, x.dtype());
    dispatch_float(x.dtype(), [&]<class T>(T) {
        fused_rows<T>().standardize_grad({g.data<T>(), x.data<T>(), weight.data<T>(), s.mean.data<T>(), s.var.data<T>(),
                                          gx.data<T>(), gweight.data<double>(), gbias.data<double>(), h.data<T>(),
                                          groups, static_cast<T>(eps)});
    });
    return {gx, cast(gweight, x.dtype()), cast(gbias, x.dtype())};
}

void sgd(Array& p, const Array& g, Array& velocity, const SgdParams& s) {
    dispatch_float(p.dtype(), [&]<class T>(T) {
        fused_rows<T>().sgd(p.data<T>(), g.data<T>(), velocity.data<T>(), p.numel(), s);
    });
}

void adam(Array& p, const Array& g, Array& m, Array& v, const AdamParams& s) {
    dispatch_float(p.dtype(), [&]<class T>(T) {
        fused_rows<T>().adam(p.data<T>(), g.data<T>(), m.data<T>(), v.data<T>(), p.numel(), s);
    });
}

void adamw(Array& p, const Array& g, Array& m, Array& v, const AdamWParams& s) {
    dispatch_float(p.dtype(), [&]<class T>(T) {
        fused_rows<T>().adamw(p.data<T>(), g.data<T>(), m.data<T>(), v.data<T>(), p.numel(), s);
    });
}

void rmsprop(Array& p, const Array& g, Array& v, const RmspropParams& s) {
    dispatch_float(p.dtype(),
                   [&]<class T>(T) { fused_rows<T>().rmsprop(p.data<T>(), g.data<T>(), v.data<T>(), p.numel(), s); });
}

void adan(Array& p, const Array& g, const AdanState& state, const AdanParams& s) {
    dispatch_float(p.dtype(), [&]<class T>(T) {
        fused_rows<T>().adan(p.data<T>(), g.data<T>(),
                             {state.m.data<T>(), state.v.data<T>(), state.d.data<T>(), state.before.data<T>()},
                             p.numel(), s);
    });
}

}  // namespace jt::kernels
