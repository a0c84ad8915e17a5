// Attention of heads in one op against the same in Vars.
#include "../../autograd/grad.hpp"
#include "../../autograd/ops/attention.hpp"
#include "../check.hpp"
#include "op_rows.hpp"

namespace jt::test {

namespace {

struct Size {
    int batch, target, source;
    Heads heads;
};
const Size sizes_of_heads[] = {{1, 1, 1, {1, 1}}, {2, 5, 3, {2, 3}}, {3, 4, 9, {3, 16}},   {0, 3, 2, {2, 4}},
                               {2, 0, 3, {1, 5}}, {2, 3, 0, {2, 2}}, {1, 70, 19, {4, 37}}, {2, 33, 2000, {1, 7}}};

// Query, key and value; or, packed, one for all.
Vars parts_of(const Size& s, bool packed, Dtype dtype) {
    const auto columns = s.heads.columns();
    if (packed) return as_dtype(random_inputs({{s.batch, s.target, 3 * columns}}, -2, 2), dtype);
    const Shape source{s.batch, s.source, columns};
    return as_dtype(random_inputs({{s.batch, s.target, columns}, source, source}, -2, 2), dtype);
}

// Scores that hide some of the sources, but for the first, and add to the others.
Var mask_of(const Size& s, bool packed, Dtype dtype) {
    const int source = packed ? s.target : s.source;
    const Var mask = random_inputs({{s.target, source}}, -1, 1, 3)[0];
    return cast(where((mask < -0.5) * (arange(source) > 0), full({1}, -INFINITY), mask), dtype).detach();
}

// f(size, parts, mask) for all sizes and dtypes, packed or not, masked or not.
template <class F>
void for_heads(F f) {
    for (const Size& s : sizes_of_heads)
        for (const Dtype dtype : {float32, float64})
            for (const bool packed : {false, true})
                for (const bool masked : {false, true}) {
                    INFO(s.heads.count, " heads of ", s.heads.width, ", packed ", packed, ", masked ", masked);
                    f(s, parts_of(s, packed, dtype), masked ? mask_of(s, packed, dtype) : Var());
                }
}

void check_close(const Var& got, const Var& expected) {
    CHECK(got.dtype() == expected.dtype());
    const double tolerance = got.dtype() == float32 ? 2e-5 : 1e-12;
    CHECK_EQ(difference(got, expected, tolerance, tolerance), "");
}

Var weighted(const Var& y) { return sum(y * cast(random_inputs({y.shape()}, -1, 1, 7)[0], y.dtype())); }

// The gradients of the op for the targets, recorded or not, are those of the composed form.
void check_gradients(const Vars& parts, const Var& mask, const Heads& heads, const Vars& targets) {
    const Vars expected = grad(weighted(attend_by_ops(parts, mask, heads)), targets);
    for (const bool retain : {true, false}) {
        const Vars got = grad(weighted(attend(parts, mask, heads)), targets, retain);
        for (std::size_t k = 0; k < targets.size(); ++k) check_close(got[k], expected[k]);
    }
}

}  // namespace

TEST_SUITE("autograd") {
    TEST_CASE("heads attend in one op as they do in Vars") {
        for_heads([](const Size& s, const Vars& parts, const Var& mask) {
            const Var y = attend(parts, mask, s.heads);
            check_close(y, attend_by_ops(parts, mask, s.heads));
            const no_grad guard;
            CHECK_SAME(attend(parts, mask, s.heads), y);
        });
    }

    TEST_CASE("gradients of heads in one op are those in Vars, recorded or not") {
        for_heads([](const Size& s, const Vars& parts, const Var& mask) {
            check_gradients(parts, mask, s.heads, parts);
            check_gradients(parts, mask, s.heads, {parts.back()});
            if (!mask.defined() || s.batch == 0) return;
            Vars all = parts;
            all.push_back(mask);
            check_gradients(parts, mask, s.heads, all);
            check_gradients(parts, mask, s.heads, {mask});
        });
    }

    TEST_CASE("heads whose parts depend on each other") {
        const Size s{2, 4, 4, {2, 3}};
        const Vars in = parts_of(s, false, float64);
        check_gradients({in[0], in[0] * in[1], in[0]}, {}, s.heads, {in[0], in[1]});
    }

    TEST_CASE("gradients of gradients of heads") {
        const Size s{2, 3, 2, {2, 2}};
        for (const bool packed : {false, true}) {
            const auto plain = [&](const Vars& in) { return weighted(attend(in, {}, s.heads)); };
            check_differences(plain, parts_of(s, packed, float64));
            const auto masked = [&](const Vars& in) {
                return weighted(attend(Vars(in.begin(), in.end() - 1), in.back(), s.heads));
            };
            Vars in = parts_of(s, packed, float64);
            in.push_back(random_inputs({{2, 1, 3, packed ? 3 : 2}}, -1, 1, 3)[0]);
            check_differences(masked, in);
        }
    }

    TEST_CASE("NaN and infinities pass through heads as through Vars") {
        const Size s{2, 5, 20, {2, 3}};
        for (const double bad : {NAN, INFINITY, -INFINITY})
            for (const std::size_t k : {0, 1, 2}) {
                Vars parts = parts_of(s, false, float32);
                parts[k] =
                    where(arange(parts[k].numel()).reshape(parts[k].shape()) == 7, full({1}, bad), parts[k]).detach();
                check_close(attend(parts, {}, s.heads), attend_by_ops(parts, {}, s.heads));
                check_gradients(parts, {}, s.heads, parts);
            }
        const Vars parts = parts_of(s, false, float32);
        const Var blind = where(arange(5).reshape({5, 1}) == 2, full({1}, -INFINITY), zeros({1, 20})).detach();
        check_close(attend(parts, blind, s.heads), attend_by_ops(parts, blind, s.heads));
        check_gradients(parts, blind, s.heads, parts);
    }

    TEST_CASE("heads keep the numbers that they read") {
        const Size s{2, 4, 3, {2, 3}};
        const Vars in = parts_of(s, false, float64);
        const Vars expected = grad(weighted(attend(in, {}, s.heads)), in);
        for (const bool retain : {true, false}) {
            Vars written = parts_of(s, false, float64);
            const Var loss = weighted(attend(written, {}, s.heads));
            for (Var& x : written) x.assign(x * 2);
            const Vars got = grad(loss, written, retain);
            for (std::size_t k = 0; k < 3; ++k) check_close(got[k], expected[k]);
        }
    }

    TEST_CASE("heads of several dtypes attend in Vars") {
        const Size s{2, 4, 3, {2, 3}};
        Vars mixed = parts_of(s, false, float64);
        mixed[1] = cast(mixed[1], float32);
        CHECK_SAME(attend(mixed, {}, s.heads), attend_by_ops(mixed, {}, s.heads));
        const Vars parts = parts_of(s, false, float32);
        const Var mask = mask_of(s, false, float64);
        CHECK_SAME(attend(parts, mask, s.heads), attend_by_ops(parts, mask, s.heads));
    }
}

}  // namespace jt::test
