// Fused kernels: rows of the softmax family, weight norm over any axes, optimizer updates.
#include "fused.hpp"

#include <algorithm>
#include <cmath>

#include "../movement/walk.hpp"
#include "../parallel.hpp"
#include "../reduce/reduce.hpp"
#include "../reduce/reduction.hpp"
#include "elementwise.hpp"
#include "rows.hpp"

namespace jt::kernels {

namespace {

// An Array like x whose rows, those of the last axis, f(functions, y, at, rows, n) fills, some at a time: `at` is the
// place of their first number.
template <class F>
Array rowwise(const Array& x, F f) {
    Array y = Array::like(x);
    if (x.numel() == 0) return y;
    const std::int64_t n = x.rank() == 0 ? 1 : x.shape().back();
    dispatch_float(x.dtype(), [&]<class T>(T) {
        T* const first = y.data<T>();
        for_rows(x.numel() / n, n, [&](std::int64_t from, std::int64_t end) {
            f(fused_rows<T>(), first + from * n, from * n, end - from, n);
        });
    });
    return y;
}

// Rows [from, end).
template <class T>
Labelled<T> labelled(const Array& x, const Array& t, const Array& w, std::int64_t from, std::int64_t end) {
    const auto n = x.shape()[1];
    return {x.data<T>() + from * n, t.data<std::int32_t>() + from, w.data<T>() + from, end - from, n};
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
    const std::int64_t length = v.numel() / g.numel();
    T *const n = out.n.template data<T>(), *const w = out.w.template data<T>();
    for_rows(g.numel(), length, [&](std::int64_t from, std::int64_t end) {
        const auto at = from * length;
        fused_rows<T>().rescale_rows({v.data<T>() + at, g.data<T>() + from, n + from, w + at, end - from, length});
    });
}

// The same for G and v.
template <class T>
void rescale_grad_rows(const Array& G, const Array& v, const Array& g, const Array& n, RescaleGrads& out) {
    const std::int64_t length = v.numel() / n.numel();
    T *const dv = out.v.data<T>(), *const dg = out.g.data<T>();
    for_rows(n.numel(), length, [&](std::int64_t from, std::int64_t end) {
        const auto at = from * length;
        fused_rows<T>().rescale_grad_rows({G.data<T>() + at, v.data<T>() + at, g.data<T>() + from, n.data<T>() + from,
                                           dv + at, dg + from, end - from, length});
    });
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

// f(functions, at, n) for shares of a parameter's elements: n of them from `at` on.
template <class F>
void in_shares(const Array& p, F f) {
    dispatch_float(p.dtype(), [&]<class T>(T) {
        for_elements(p.numel(), [&](std::int64_t from, std::int64_t end) { f(fused_rows<T>(), from, end - from); });
    });
}

Groups groups_of(const Array& x) {
    const Shape& s = x.shape();
    return {s[0], s[1], s[2], s[3], s[4]};
}

// How the groups of a gradient are divided. Groups of one piece of the batch have weights of their own; where a block
// has more pieces than one, each block adds up what its own gain, and the sums are added in the order of blocks.
struct GradBlocks {
    std::int64_t grain, count = 1, weights;

    explicit GradBlocks(const Groups& s) : grain(s.outer * s.period), weights(s.period * s.channels) {
        const auto each = std::max(s.count(), std::int64_t{1});
        if (grain * each < 2 * elements_at_once) return;
        if (s.outer == 1) {
            grain = std::max(elements_at_once / each, std::int64_t{1});
        } else {
            const auto pieces = std::max(elements_at_once / (each * s.period), std::int64_t{8});
            grain = pieces * s.period;
            count = (s.outer + pieces - 1) / pieces;
        }
    }
    Array zeros() const { return Array::zeros({count, weights}, float64); }
    // Where the sums of the block begin that begins with a group.
    std::int64_t place(std::int64_t group) const { return count == 1 ? 0 : group / grain * weights; }
};

}  // namespace

Array softmax(const Array& x) {
    return rowwise(
        x, [&]<class T>(const auto& f, T* y, auto at, auto rows, auto n) { f.softmax(x.data<T>() + at, y, rows, n); });
}

Array log_softmax(const Array& x) {
    return rowwise(x, [&]<class T>(const auto& f, T* y, auto at, auto rows, auto n) {
        f.log_softmax(x.data<T>() + at, y, rows, n);
    });
}

Array softmax_grad(const Array& g, const Array& y) {
    return rowwise(y, [&]<class T>(const auto& f, T* gx, auto at, auto rows, auto n) {
        f.softmax_grad(g.data<T>() + at, y.data<T>() + at, gx, rows, n);
    });
}

Array log_softmax_grad(const Array& g, const Array& y) {
    return rowwise(y, [&]<class T>(const auto& f, T* gx, auto at, auto rows, auto n) {
        f.log_softmax_grad(g.data<T>() + at, y.data<T>() + at, gx, rows, n);
    });
}

CrossEntropy cross_entropy(const Array& x, const Array& t, const Array& w) {
    CrossEntropy out{Array(w.shape(), x.dtype()), Array::like(x)};
    if (x.numel() == 0) return {map(Binary::mul, w, 0), out.softmax};
    const auto n = x.shape()[1];
    dispatch_float(x.dtype(), [&]<class T>(T) {
        T *const softmax = out.softmax.data<T>(), *const loss = out.loss.data<T>();
        for_rows(x.shape()[0], n, [&](std::int64_t from, std::int64_t end) {
            fused_rows<T>().cross_entropy(labelled<T>(x, t, w, from, end), softmax + from * n, loss + from);
        });
    });
    return out;
}

Array cross_entropy_grad(const Array& g, const Array& p, const Array& t, const Array& w) {
    return rowwise(p, [&]<class T>(const auto& f, T* gx, auto at, auto rows, auto n) {
        const auto from = at / n;
        f.cross_entropy_grad(g.data<T>() + from, labelled<T>(p, t, w, from, from + rows), gx);
    });
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
        T *const y = out.y.data<T>(), *const mean = out.mean.data<T>(), *const var = out.var.data<T>();
        for_rows(groups.outer * groups.period, groups.count(), [&](std::int64_t from, std::int64_t end) {
            fused_rows<T>().standardize(
                {x.data<T>(), weight.data<T>(), bias.data<T>(), y, mean, var, groups, static_cast<T>(eps), from, end});
        });
    });
    return out;
}

StandardizeGrads standardize_grad(const Array& g, const Array& x, const Array& weight, const Standardized& s,
                                  double eps) {
    const Groups groups = groups_of(x);
    const GradBlocks blocks(groups);
    Array gx = Array::like(x), gweight = blocks.zeros(), gbias = blocks.zeros();
    dispatch_float(x.dtype(), [&]<class T>(T) {
        T* const to = gx.data<T>();
        double *const weights = gweight.data<double>(), *const biases = gbias.data<double>();
        for_blocks(groups.outer * groups.period, blocks.grain, [&](std::int64_t from, std::int64_t end) {
            Array h({4 * std::max(groups.channels, groups.inner)}, x.dtype());
            const auto at = blocks.place(from);
            fused_rows<T>().standardize_grad({g.data<T>(), x.data<T>(), weight.data<T>(), s.mean.data<T>(),
                                              s.var.data<T>(), to, weights + at, biases + at, h.data<T>(), groups,
                                              static_cast<T>(eps), from, end});
        });
    });
    const auto joined = [&](const Array& parts) {
        return cast(blocks.count == 1 ? parts : sum(parts, AxisSet{1}, false), x.dtype()).reshaped(weight.shape());
    };
    return {gx, joined(gweight), joined(gbias)};
}

void sgd(Array& p, const Array& g, Array& velocity, const SgdParams& s) {
    in_shares(p, [&]<class T>(const FusedRows<T>& f, auto at, auto n) {
        f.sgd(p.data<T>() + at, g.data<T>() + at, velocity ? velocity.data<T>() + at : nullptr, n, s);
    });
}

void adam(Array& p, const Array& g, Array& m, Array& v, const AdamParams& s) {
    in_shares(p, [&]<class T>(const FusedRows<T>& f, auto at, auto n) {
        f.adam(p.data<T>() + at, g.data<T>() + at, m.data<T>() + at, v.data<T>() + at, n, s);
    });
}

void adamw(Array& p, const Array& g, Array& m, Array& v, const AdamWParams& s) {
    in_shares(p, [&]<class T>(const FusedRows<T>& f, auto at, auto n) {
        f.adamw(p.data<T>() + at, g.data<T>() + at, m.data<T>() + at, v.data<T>() + at, n, s);
    });
}

void rmsprop(Array& p, const Array& g, Array& v, const RmspropParams& s) {
    in_shares(p, [&]<class T>(const FusedRows<T>& f, auto at, auto n) {
        f.rmsprop(p.data<T>() + at, g.data<T>() + at, v.data<T>() + at, n, s);
    });
}

void adan(Array& p, const Array& g, const AdanState& state, const AdanParams& s) {
    in_shares(p, [&]<class T>(const FusedRows<T>& f, auto at, auto n) {
        f.adan(p.data<T>() + at, g.data<T>() + at,
               {state.m.data<T>() + at, state.v.data<T>() + at, state.d.data<T>() + at, state.before.data<T>() + at}, n,
               s);
    });
}

}  // namespace jt::kernels
