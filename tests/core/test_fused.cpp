// Holds the fused kernels against their formulas in double.
#include <doctest/doctest.h>
#include <algorithm>

#include "../../core/kernels/elementwise/elementwise.hpp"
#include "../../core/kernels/elementwise/fused.hpp"
#include "../../core/kernels/reduce/reduce.hpp"
#include "arrays.hpp"
#include "tables.hpp"
#include "threads.hpp"

using namespace jt;
using namespace jt::kernels;
using namespace jt::test;

namespace {

const Shape logits[] = {{1, 1}, {3, 2}, {32, 10}, {5, 33}, {2, 70}, {3, 1024}, {2, 1025}, {1, 3000}, {300, 7}, {4, 0}};

std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

void check_all(const Array& got, const std::vector<double>& want, double rtol, double scale = 1e-30) {
    REQUIRE(static_cast<std::size_t>(got.numel()) == want.size());
    const auto a = values(got);
    for (std::size_t i = 0; i < want.size(); ++i) {
        INFO(text(got.shape()), " at ", i, ": ", a[i], " for ", want[i]);
        CHECK(near(a[i], want[i], rtol, scale));
    }
}

// x - max - log(sum(exp(x - max))) over the last axis.
std::vector<double> log_softmax_of(const Array& x) {
    auto y = values(x);
    const auto n = x.shape().back();
    for (std::int64_t r = 0; r * n < x.numel(); ++r) {
        double top = -inf, total = 0;
        for (std::int64_t k = r * n; k < (r + 1) * n; ++k) top = std::max(top, y[index(k)]);
        for (std::int64_t k = r * n; k < (r + 1) * n; ++k) total += std::exp(y[index(k)] - top);
        for (std::int64_t k = r * n; k < (r + 1) * n; ++k) y[index(k)] -= top + std::log(total);
    }
    return y;
}

std::vector<double> softmax_of(const Array& x) {
    auto y = log_softmax_of(x);
    for (auto& e : y) e = std::exp(e);
    return y;
}

// Sum over the last axis of g times f, for every element of it.
template <class F>
std::vector<double> row_sums(const Array& g, F f) {
    const auto a = values(g);
    const auto n = g.shape().back();
    std::vector<double> out(a.size());
    for (std::int64_t r = 0; r * n < g.numel(); ++r) {
        double total = 0;
        for (std::int64_t k = r * n; k < (r + 1) * n; ++k) total += a[index(k)] * f(index(k));
        for (std::int64_t k = r * n; k < (r + 1) * n; ++k) out[index(k)] = total;
    }
    return out;
}

// Classes 0, 1, 2, ... of n, and one outside on either side where there is room.
Array classes(std::int64_t rows, std::int64_t n) {
    std::vector<double> t(index(rows));
    for (std::int64_t r = 0; r < rows; ++r) t[index(r)] = static_cast<double>(n == 0 ? 0 : r % n);
    if (rows > 4) t[3] = -1, t[4] = static_cast<double>(n);
    return array({rows}, t, int32);
}

// Sum over `axes` of G * v in double, per element of the norm.
std::vector<double> dots(const Array& G, const Array& v, const Shape& kept) {
    std::vector<double> s(index(kept.numel()), 0);
    const auto a = values(G), b = values(v);
    for (std::int64_t i = 0; i < v.numel(); ++i) s[index(source(kept, v.shape(), i))] += a[index(i)] * b[index(i)];
    return s;
}

// f(shape, axes) for shapes whose extents differ, and sizes of rows and columns that are worked on in another way.
template <class F>
void over_weights(F f) {
    for (const Shape& shape : {Shape{7}, {3, 5}, {40, 33}, {2, 3, 4}, {5, 1, 3, 2}, {2, 3, 4, 5}, {300, 2}, {2, 300}})
        for (AxisSet axes = 1; axes <= all_axes(shape.rank()); ++axes) {
            INFO(text(shape), " axes ", axes);
            f(shape, axes);
        }
}

void check_rescale_grad(const Array& G, const Array& v, const Array& g, AxisSet axes, double rtol) {
    const Array n = norm(v, axes);
    const auto out = rescale_grad(G, v, g, n, axes);
    const auto s = dots(G, v, n.shape()), norms = values(n), scale = values(g), a = values(G), b = values(v);
    std::vector<double> dg(s), dv(a);
    for (std::size_t k = 0; k < dg.size(); ++k) dg[k] /= norms[k];
    for (std::int64_t i = 0; i < v.numel(); ++i) {
        const auto k = index(source(n.shape(), v.shape(), i));
        dv[index(i)] = scale[k] / norms[k] * (a[index(i)] - b[index(i)] / norms[k] * (s[k] / norms[k]));
    }
    const double size = std::abs(scale[0] / norms[0]) * at(norm(G, all_axes(G.rank())), 0);
    check_all(out.g, dg, rtol, at(norm(G, all_axes(G.rank())), 0));
    check_all(out.v, dv, rtol, size);
}

}  // namespace

TEST_SUITE("core") {
    TEST_CASE("softmax and log_softmax over rows of any length") {
        for (Dtype dtype : floats)
            for (const Shape& shape : logits) {
                const Array x = numbers(shape, dtype, -9, 9);
                check_all(softmax(x), softmax_of(x), 4 * tolerance(dtype));
                check_all(log_softmax(x), log_softmax_of(x), tolerance(dtype), 9);
            }
        CHECK(softmax(numbers({2, 3, 4}, float32)).shape() == Shape{2, 3, 4});
    }

    TEST_CASE("softmax shifts, and keeps NaN in its row") {
        const Array x = array({3, 2}, {1e4, 1e4, -1e4, 1e4, NaN, 0}, float32), y = softmax(x);
        CHECK(at(y, 0) == 0.5);
        CHECK(at(y, 2) == 0);
        CHECK(at(y, 3) == 1);
        CHECK(std::isnan(at(y, 4)));
        CHECK(std::isnan(at(y, 5)));
        CHECK(at(log_softmax(x), 2) == -2e4);
        CHECK(at(softmax(array({1, 2}, {-inf, 0}, float32)), 0) == 0);
    }

    TEST_CASE("a row's softmax does not depend on its neighbours") {
        for (Dtype dtype : floats) {
            const Array x = numbers({9, 11}, dtype), y = softmax(x), z = log_softmax(x);
            for (std::int64_t r = 0; r < 9; ++r) {
                Array row({11}, dtype);
                std::memcpy(row.raw(), static_cast<const char*>(x.raw()) + index(r) * row.bytes(), row.bytes());
                const auto same = [&](const Array& a, const Array& all) {
                    return std::memcmp(a.raw(), static_cast<const char*>(all.raw()) + index(r) * a.bytes(),
                                       a.bytes()) == 0;
                };
                CHECK(same(softmax(row), y));
                CHECK(same(log_softmax(row), z));
            }
        }
    }

    TEST_CASE("gradients of softmax and log_softmax") {
        for (Dtype dtype : floats)
            for (const Shape& shape : logits) {
                const Array x = numbers(shape, dtype), g = numbers(shape, dtype, -1, 1, 2);
                const Array y = softmax(x), z = log_softmax(x);
                const auto p = values(y), q = values(z), a = values(g);
                auto want = row_sums(g, [&](std::size_t k) { return p[k]; });
                for (std::size_t k = 0; k < want.size(); ++k) want[k] = p[k] * (a[k] - want[k]);
                check_all(softmax_grad(g, y), want, tolerance(dtype), 1);
                want = row_sums(g, [](std::size_t) { return 1; });
                for (std::size_t k = 0; k < want.size(); ++k) want[k] = a[k] - std::exp(q[k]) * want[k];
                check_all(log_softmax_grad(g, z), want, tolerance(dtype), 1);
            }
    }

    TEST_CASE("cross entropy and its gradient") {
        for (Dtype dtype : floats)
            for (const Shape& shape : logits) {
                const auto rows = shape[0], n = shape[1];
                const Array x = numbers(shape, dtype), t = classes(rows, n);
                const Array w = numbers({rows}, dtype, 0, 2, 2), g = numbers({rows}, dtype, -1, 1, 3);
                const auto log_p = log_softmax_of(x), weight = values(w), upper = values(g), kind = values(t);
                std::vector<double> loss(index(rows), 0), gx(index(x.numel()), 0);
                for (std::int64_t i = 0; i < x.numel(); ++i) {
                    const auto r = index(i / n);
                    if (kind[r] < 0 || kind[r] >= static_cast<double>(n)) continue;
                    const bool hot = static_cast<double>(i % n) == kind[r];
                    if (hot) loss[r] = -log_p[index(i)] * weight[r];
                    gx[index(i)] = upper[r] * weight[r] * (std::exp(log_p[index(i)]) - hot);
                }
                const auto out = cross_entropy(x, t, w);
                check_all(out.loss, loss, 2 * tolerance(dtype), 1);
                CHECK(same_bits(out.softmax, softmax(x)));
                check_all(cross_entropy_grad(g, out.softmax, t, w), gx, tolerance(dtype), 1);
            }
    }

    TEST_CASE("Jittor's cross entropy numbers, and large logits") {
        const Array x = array({2, 3}, {1, 2, 3, 3, 2, 1}, float32), t = array({2}, {2, 0}, int32);
        const Array half = Array::full({2}, 0.5, float32), one = Array::full({2}, 1, float32);
        CHECK(near(at(sum(cross_entropy(x, t, half).loss, 1, false), 0), 0.407605946, 1e-6));
        const Array gx = cross_entropy_grad(one, softmax(x), t, half);
        CHECK(near(at(gx, 0), .0450153, 1e-5));
        CHECK(near(at(gx, 1), .1223642, 1e-5));
        CHECK(near(at(gx, 2), -.1673795, 1e-5));
        const Array large = array({2, 2}, {1e4, 1e4, 1e4, -1e4}, float32);
        const auto loss = values(cross_entropy(large, array({2}, {0, 1}, int32), one).loss);
        CHECK(near(loss[0], std::log(2.0), 1e-6));
        CHECK(loss[1] == 2e4);
    }

    TEST_CASE("norm over any axes") {
        for (Dtype dtype : floats)
            over_weights([&](const Shape& shape, AxisSet axes) {
                const Array v = numbers(shape, dtype), n = norm(v, axes);
                REQUIRE(n.shape() == reduced_shape(shape, axes, true));
                auto want = dots(v, v, n.shape());
                for (auto& e : want) e = std::sqrt(e);
                check_all(n, want, tolerance(dtype) / 2);
            });
    }

    TEST_CASE("rescale is v * (g / n), in this association") {
        for (Dtype dtype : floats)
            over_weights([&](const Shape& shape, AxisSet axes) {
                const Array v = numbers(shape, dtype), n = norm(v, axes), g = numbers(n.shape(), dtype, 1, 2, 2);
                const auto out = rescale(v, g, axes);
                const Array& w = out.w;
                REQUIRE(w.shape() == shape);
                CHECK(same_bits(out.n, n));
                bool exact = true;
                dispatch_float(dtype, [&](auto zero) {
                    using T = decltype(zero);
                    for (std::int64_t i = 0; i < v.numel(); ++i) {
                        const auto k = source(n.shape(), shape, i);
                        const T scale = g.data<T>()[k] / n.data<T>()[k];
                        exact = exact && w.data<T>()[i] == v.data<T>()[i] * scale;
                    }
                });
                CHECK(exact);
            });
    }

    TEST_CASE("gradients of rescale over any axes") {
        for (Dtype dtype : floats)
            over_weights([&](const Shape& shape, AxisSet axes) {
                const Array v = numbers(shape, dtype), G = numbers(shape, dtype, -1, 1, 2);
                const Array g = numbers(reduced_shape(shape, axes, true), dtype, 1, 2, 3);
                check_rescale_grad(G, v, g, axes, 2 * tolerance(dtype));
            });
    }

    TEST_CASE("rescale_grad writes over a gradient that nobody else holds, with the same bits") {
        over_weights([&](const Shape& shape, AxisSet axes) {
            const Array v = numbers(shape, float32), n = norm(v, axes), kept = numbers(shape, float32, -1, 1, 2);
            const auto apart = rescale_grad(kept, v, n, n, axes);
            CHECK(same_bits(kept, numbers(shape, float32, -1, 1, 2)));
            Array given = kept.clone();
            const void* place = given.raw();
            const auto over = rescale_grad(std::move(given), v, n, n, axes);
            CHECK(over.v.raw() == place);
            CHECK(same_bits(over.v, apart.v));
            CHECK(same_bits(over.g, apart.g));
        });
    }

    TEST_CASE("Jittor's weight norm numbers") {
        const Array v = array({3, 2}, {3, 4, 0, 5, 1, 0}, float32), G = array({3, 2}, {1, 2, -2, -4, 3, 6}, float32);
        const Array n = norm(v, 2);
        CHECK(values(n) == std::vector<double>{5, 5, 1});
        const auto out = rescale_grad(G, v, n, n, 2);
        check_all(out.g, {2.2, -4, 3}, 1e-6);
        check_all(out.v, {-.32, .24, -2, 0, 0, 6}, 1e-6, 1);
    }

    TEST_CASE("a weight times a power of two gives the same w; 1e20 and 1e37 neither overflow nor vanish") {
        for (AxisSet axes = 1; axes <= 3; ++axes) {
            const Array v = numbers({6, 9}, float32, 0.5, 1), g = numbers(reduced_shape({6, 9}, axes, true), float32);
            const Array w = rescale(v, g, axes).w;
            for (int k : {-60, -20, 1, 30, 100}) {
                const Array scaled = map(Binary::mul, v, std::ldexp(1.0, k));
                if (k > -40) CHECK(same_bits(w, rescale(scaled, g, axes).w));
            }
            const Array G = numbers({6, 9}, float32, -1, 1, 2);
            for (double size : {1e-10, 1e20, 1e36}) check_rescale_grad(G, map(Binary::mul, v, size), g, axes, 4e-6);
        }
    }

    TEST_CASE("zero rows have norm 1e-15, give w = 0 and pass the gradient to v") {
        for (Dtype dtype : floats)
            for (AxisSet axes : {AxisSet{1}, AxisSet{2}}) {
                const Array v = Array::zeros({3, 3}, dtype), G = numbers({3, 3}, dtype, -1, 1), n = norm(v, axes);
                CHECK(near(at(n, 0), 1e-15, 1e-7));
                CHECK(values(rescale(v, n, axes).w) == std::vector<double>(9, 0));
                const auto out = rescale_grad(G, v, n, n, axes);
                CHECK(values(out.g) == std::vector<double>(3, 0));
                CHECK(same_bits(out.v, G));
            }
        const Array v = array({1, 2}, {1e-20, 0}, float32), n = norm(v, 2), G = array({1, 2}, {1, 2}, float32);
        const auto out = rescale_grad(G, v, n, n, 2);
        CHECK(near(at(rescale(v, n, 2).w, 0), 1e-20, 1e-6));
        CHECK(near(at(out.g, 0), 1e-5, 1e-6));
        CHECK(same_bits(out.v, G));
    }

    TEST_CASE("an empty weight has norms of 1e-15 and empty gradients") {
        for (const auto& [shape, axes] : {std::pair<Shape, AxisSet>{{3, 0}, 2}, {{3, 0}, 1}, {{0, 3}, 1}, {{0}, 1}}) {
            const Array v = Array::zeros(shape, float32), n = norm(v, axes);
            for (double e : values(n)) CHECK(near(e, 1e-15, 1e-7));
            CHECK(rescale(v, n, axes).w.shape() == shape);
            const auto out = rescale_grad(v, v, n, n, axes);
            CHECK(out.v.shape() == shape);
            CHECK(values(out.g) == std::vector<double>(index(n.numel()), 0));
        }
    }

    TEST_CASE("NaN in a weight reaches its norm and gradient only in its row") {
        const Array v = array({2, 2}, {NaN, 1, 3, 4}, float32), n = norm(v, 2), G = Array::full({2, 2}, 1, float32);
        CHECK(std::isnan(at(n, 0)));
        CHECK(at(n, 1) == 5);
        const auto out = rescale_grad(G, v, n, n, 2);
        CHECK(std::isnan(at(out.v, 1)));
        CHECK(std::isnan(at(out.g, 0)));
        CHECK_FALSE(std::isnan(at(out.v, 3)));
    }

    TEST_CASE("sgd follows its formula with and without momentum") {
        for (Dtype dtype : floats)
            for (bool nesterov : {false, true})
                for (double momentum : {0.0, 0.9})
                    for (std::int64_t n : {0, 1, 3, 8, 70}) {
                        const SgdParams s{0.1, momentum, 0.01, 0.25, nesterov};
                        Array p = numbers({n}, dtype), velocity = numbers({n}, dtype, -1, 1, 3), none;
                        const Array g = numbers({n}, dtype, -1, 1, 2);
                        auto x = values(p), v = values(velocity);
                        for (std::size_t i = 0; i < x.size(); ++i) {
                            const double d = x[i] * s.weight_decay + values(g)[i];
                            v[i] = momentum * v[i] + d * (1 - s.dampening);
                            x[i] -= s.lr * (nesterov ? d + momentum * v[i] : v[i]);
                        }
                        Array plain = p.clone();
                        sgd(p, g, velocity, s);
                        check_all(p, x, tolerance(dtype), 1);
                        check_all(velocity, v, tolerance(dtype), 1);
                        if (momentum != 0) continue;
                        sgd(plain, g, none, s);
                        CHECK(same_bits(plain, p));
                    }
    }

    TEST_CASE("adam follows its formula") {
        for (Dtype dtype : floats)
            for (std::int64_t n : {0, 1, 3, 8, 70}) {
                const AdamParams s{0.01, 0.9, 0.99, 1e-8, 0.1};
                Array p = numbers({n}, dtype), m = numbers({n}, dtype, -1, 1, 3), v = numbers({n}, dtype, 0, 1, 4);
                const Array g = numbers({n}, dtype, -1, 1, 2);
                auto x = values(p), mean = values(m), square = values(v);
                for (std::size_t i = 0; i < x.size(); ++i) {
                    const double d = values(g)[i] + x[i] * s.weight_decay;
                    mean[i] = s.beta0 * mean[i] + (1 - s.beta0) * d;
                    square[i] = s.beta1 * square[i] + (1 - s.beta1) * d * d;
                    x[i] -= s.step * mean[i] / (std::sqrt(square[i]) + s.eps);
                }
                adam(p, g, m, v, s);
                check_all(p, x, tolerance(dtype), 1);
                check_all(m, mean, tolerance(dtype), 1);
                check_all(v, square, tolerance(dtype), 1);
            }
    }

    TEST_CASE("adamw follows its formula") {
        for (Dtype dtype : floats)
            for (std::int64_t n : {0, 1, 3, 8, 70}) {
                const AdamWParams s{0.01, 0.9, 0.99, 1e-3, 0.95, 3};
                Array p = numbers({n}, dtype), m = numbers({n}, dtype, -1, 1, 3), v = numbers({n}, dtype, 0, 1, 4);
                const Array g = numbers({n}, dtype, -1, 1, 2);
                auto x = values(p), mean = values(m), square = values(v);
                for (std::size_t i = 0; i < x.size(); ++i) {
                    const double d = values(g)[i];
                    mean[i] = s.beta0 * mean[i] + (1 - s.beta0) * d;
                    square[i] = s.beta1 * square[i] + (1 - s.beta1) * d * d;
                    x[i] = x[i] * s.keep - s.step * mean[i] / (std::sqrt(square[i]) * s.scale + s.eps);
                }
                adamw(p, g, m, v, s);
                check_all(p, x, tolerance(dtype), 1);
                check_all(m, mean, tolerance(dtype), 1);
                check_all(v, square, tolerance(dtype), 1);
            }
    }

    TEST_CASE("rmsprop follows its formula") {
        for (Dtype dtype : floats)
            for (std::int64_t n : {0, 1, 3, 8, 70}) {
                const RmspropParams s{0.01, 0.9, 1e-3};
                Array p = numbers({n}, dtype), v = numbers({n}, dtype, 0, 1, 4);
                const Array g = numbers({n}, dtype, -1, 1, 2);
                auto x = values(p), square = values(v);
                for (std::size_t i = 0; i < x.size(); ++i) {
                    const double d = values(g)[i];
                    square[i] = s.alpha * square[i] + (1 - s.alpha) * d * d;
                    x[i] -= s.lr * d / (std::sqrt(square[i]) + s.eps);
                }
                rmsprop(p, g, v, s);
                check_all(p, x, tolerance(dtype), 1);
                check_all(v, square, tolerance(dtype), 1);
            }
    }

    TEST_CASE("adan follows its formula") {
        for (Dtype dtype : floats)
            for (std::int64_t n : {0, 1, 3, 8, 70}) {
                const AdanParams s{0.01, 0.02, 0.98, 0.92, 0.9, 1e-3, 0.95};
                Array p = numbers({n}, dtype), m = numbers({n}, dtype, -1, 1, 3), v = numbers({n}, dtype, 0, 1, 4);
                Array d = numbers({n}, dtype, -1, 1, 5), before = numbers({n}, dtype, -1, 1, 6);
                const Array g = numbers({n}, dtype, -1, 1, 2);
                auto x = values(p), mean = values(m), square = values(v), slope = values(d);
                const auto gx = values(g);
                for (std::size_t i = 0; i < x.size(); ++i) {
                    const double diff = gx[i] - values(before)[i], u = gx[i] + s.beta1 * diff;
                    mean[i] = s.beta0 * mean[i] + (1 - s.beta0) * gx[i];
                    slope[i] = s.beta1 * slope[i] + (1 - s.beta1) * diff;
                    square[i] = s.beta2 * square[i] + (1 - s.beta2) * u * u;
                    x[i] -= (s.step * mean[i] + s.step_diff * slope[i]) / (std::sqrt(square[i]) + s.eps);
                    x[i] *= s.keep;
                }
                adan(p, g, {m, v, d, before}, s);
                check_all(p, x, tolerance(dtype), 1);
                check_all(m, mean, tolerance(dtype), 1);
                check_all(v, square, tolerance(dtype), 1);
                check_all(d, slope, tolerance(dtype), 1);
                CHECK(same_bits(before, g));
            }
    }

    TEST_CASE("optimizers and rescale_grad have the same bits on every instruction set") {
        const auto tables = jt::test::fused_tables();
        for (const FusedTables* table : tables) {
            const Array g = numbers({37}, float32, -1, 1, 1), v = numbers({37}, float32, -1, 1, 2);
            const auto run = [&](const FusedRows<float>& f) {
                Array out = numbers({4, 37}, float32, 0, 1, 3);
                Array other = v.clone();
                float* p = out.data<float>();
                f.sgd(p, g.data<float>(), p + 37, 37, {0.1, 0.9, 0.01, 0.1, true});
                f.adam(p, g.data<float>(), p + 37, p + 74, 37, {0.1, 0.9, 0.99, 1e-8, 0.1});
                f.adamw(p, g.data<float>(), p + 37, p + 74, 37, {0.1, 0.9, 0.99, 1e-8, 0.9, 2});
                f.rmsprop(p, g.data<float>(), p + 74, 37, {0.1, 0.9, 1e-8});
                f.adan(p, g.data<float>(), {p + 37, p + 74, p + 111, other.data<float>()}, 37,
                       {0.1, 0.2, 0.9, 0.99, 0.9, 1e-8, 0.9});
                f.rescale_grad(g.data<float>(), v.data<float>(), p + 111, 37, {p, p + 37, p + 74}, Form::vv);
                return out;
            };
            CHECK(same_bits(run(table->floats), run(tables[0]->floats)));
        }
    }

    TEST_CASE("standardize and its gradient have the same bits on every instruction set") {
        const auto tables = jt::test::fused_tables();
        for (const Groups& groups : {Groups{1, 5, 1, 37, 1}, Groups{3, 1, 2, 1, 35}, Groups{1, 2, 2, 3, 19}}) {
            const auto n = groups.outer * groups.period * groups.count(), each = groups.period * groups.channels;
            const Array x = numbers({n}, float32, -1, 3, 1), g = numbers({n}, float32, -1, 1, 2),
                        w = numbers({each}, float32, -1, 1, 3);
            const auto run = [&](const FusedRows<float>& f) {
                Array out = Array::zeros({3 * n}, float32), sums = Array::zeros({2 * each}, float64);
                Array moments = Array::zeros({2 * n}, float32), h({4 * n}, float32);
                float *p = out.data<float>(), *mean = moments.data<float>();
                double* gw = sums.data<double>();
                f.standardize({x.data<float>(), w.data<float>(), w.data<float>(), p, mean, mean + n, groups, 1e-3f, 0,
                               groups.outer * groups.period});
                f.standardize_grad({g.data<float>(), x.data<float>(), w.data<float>(), mean, mean + n, p + n, gw,
                                    gw + each, h.data<float>(), groups, 1e-3f, 0, groups.outer * groups.period});
                return std::vector{out, sums, moments};
            };
            for (const FusedTables* table : tables) {
                const auto here = run(table->floats), base = run(tables[0]->floats);
                for (std::size_t k = 0; k < here.size(); ++k) CHECK(same_bits(here[k], base[k]));
            }
        }
    }

    TEST_CASE("standardize and its gradient have the same bits on any number of threads") {
        for (const Shape& shape : {Shape{1, 700, 1, 300, 1}, Shape{40, 1, 20, 1, 300}, Shape{1, 60, 4, 5, 200}}) {
            const Array x = numbers(shape, float32, -1, 3, 1), g = numbers(shape, float32, -1, 1, 2),
                        w = numbers({shape[2], shape[3]}, float32, -1, 1, 3);
            const auto run = [&](int threads) {
                const Threads set(threads);
                const Standardized s = standardize(x, w, w, 1e-3);
                const StandardizeGrads grads = standardize_grad(g, x, w, s, 1e-3);
                return std::vector{s.y, s.mean, s.var, grads.x, grads.weight, grads.bias};
            };
            const auto one = run(1), three = run(3);
            for (std::size_t k = 0; k < one.size(); ++k) CHECK(same_bits(one[k], three[k]));
            Array sum = Array::zeros(w.shape(), float64);
            const auto inner = shape[4], weights = shape[2] * shape[3];
            for (std::int64_t i = 0; i < x.numel(); ++i)
                sum.data<double>()[i / inner % weights] += static_cast<double>(g.data<float>()[i]);
            for (std::int64_t k = 0; k < weights; ++k)
                CHECK(std::abs(sum.data<double>()[k] - static_cast<double>(three[5].data<float>()[k])) < 1e-3);
        }
    }

    TEST_CASE("steps of recurrent cells are the same to rounding on every instruction set") {
        const auto tables = jt::test::fused_tables();
        const std::int64_t rows = 3, n = 37;
        const auto run = [&](const FusedRows<double>& f, int kind) {
            Array gates = numbers({rows, 4 * n}, float64), states = numbers({6, rows, n}, float64, -1, 1, 2);
            const Array bias = numbers({4 * n}, float64);
            Array back({rows, 4 * n}, float64);
            double* const s = states.data<double>();
            const auto state = [&](int k) { return s + k * rows * n; };
            f.recurrent[kind](
                {gates.data<double>(), bias.data<double>(), state(0), state(1), state(2), state(3), rows, n});
            f.recurrent_grad[kind]({gates.data<double>(), state(0), state(1), state(3), state(2), back.data<double>(),
                                    state(4), state(5), rows, n});
            auto all = values(states);
            for (const Array& x : {gates, back})
                for (const double e : values(x)) all.push_back(e);
            return all;
        };
        for (const FusedTables* table : tables)
            for (int kind = 0; kind < n_recurrent; ++kind) {
                const auto all = run(table->doubles, kind);
                check_all(array({static_cast<std::int64_t>(all.size())}, all), run(tables[0]->doubles, kind), 1e-13, 1);
            }
    }

    TEST_CASE("how many keys are below each, on every instruction set") {
        const auto check = []<class K>(void (*count_below)(K*, std::int64_t, std::int32_t*), std::size_t n) {
            std::vector<K> keys(n + 64 / sizeof(K));
            std::vector<std::int32_t> counts(keys.size());
            for (std::size_t i = 0; i < n; ++i)
                keys[i] = i % 5 == 0 ? ~K{} : static_cast<K>(i * 0x9e3779b97f4a7c15u) / 3;
            const auto want = keys;
            count_below(keys.data(), static_cast<std::int64_t>(n), counts.data());
            for (std::size_t i = 0; i < n; ++i)
                CHECK(counts[i] == std::count_if(want.begin(), want.begin() + static_cast<std::ptrdiff_t>(n),
                                                 [&](K key) { return key < want[i]; }));
        };
        for (const FusedTables* table : jt::test::fused_tables())
            for (const std::size_t n : {1, 7, 8, 9, 16, 17, 64, 100, 128}) {
                check(table->order.below32, n);
                check(table->order.below64, n);
            }
    }
}
