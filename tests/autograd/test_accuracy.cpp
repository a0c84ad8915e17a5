// What float32 loses where it is hard to lose little: against the same numbers in long double.
#include <algorithm>
#include <cmath>

#include "op_rows.hpp"

namespace jt::test {

namespace {

using Long = long double;

Var draws(std::int64_t n, double low, double high) { return random_inputs({{n}}, low, high)[0].float32(); }

// How far y is from what it should be, as a part of it.
double off(const Var& y, Long wanted) { return static_cast<double>(std::abs(y.item() - wanted) / std::abs(wanted)); }

template <class F>
Long total(const Var& x, F f) {
    Long sum = 0;
    for (const float number : x.to_vector<float>()) sum += f(static_cast<Long>(number));
    return sum;
}

Long plain(Long x) { return x; }

}  // namespace

TEST_SUITE("autograd") {
    TEST_CASE("sums and running sums of many numbers") {
        const Var x = draws(10000000, -1, 2);
        CHECK(off(sum(x), total(x, plain)) < 1e-7);
        CHECK(off(mean(x), total(x, plain) / 1e7L) < 2e-7);
        const Var few = x[to(1000000)], sums = cumsum(few);
        Long sum = 0, worst = 0;
        const auto numbers = few.to_vector<float>(), got = sums.to_vector<float>();
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            sum += numbers[i];
            worst = std::max(worst, std::abs(got[i] - sum) / std::max(std::abs(sum), 1.0L));
        }
        CHECK(static_cast<double>(worst) < 1.2e-7);
    }

    TEST_CASE("variances of numbers that lie far from 0") {
        for (const double far : {0.0, 1e3, -1e5}) {
            CAPTURE(far);
            const Var x = draws(10007, far - 1, far + 2);
            const Long mean = total(x, plain) / 10007,
                       squares = total(x, [=](Long v) { return (v - mean) * (v - mean); });
            CHECK(off(var(x), squares / 10007) < 1e-6);
            CHECK(off(x.std(), std::sqrt(squares / 10006)) < 1e-6);
        }
    }

    TEST_CASE("logsumexp and softmax of large numbers") {
        for (const double far : {1e4, -1e4}) {
            CAPTURE(far);
            const Var x = draws(1000, far - 3, far + 3);
            const Long sum = total(x, [=](Long v) { return std::exp(v - far); });
            CHECK(off(logsumexp(x), far + std::log(sum)) < 1e-7);
            const Long first = std::exp(x.to_vector<float>()[0] - static_cast<Long>(far)) / sum;
            CHECK(off(softmax(x, 0)[0], first) < 1e-6);
            CHECK(off(log_softmax(x, 0)[0].exp(), first) < 1e-6);
            CHECK(off(grad(logsumexp(x), x)[0], first) < 1e-6);
        }
    }

    TEST_CASE("norms of huge and of tiny numbers") {
        const Var x = draws(1000, 0.5, 2);
        const Long norm = std::sqrt(total(x, [](Long v) { return v * v; }));
        CHECK(off(jt::norm(x * 1e20), norm * 1e20L) < 3e-7);
        CHECK(off(jt::norm(x * 1e-25, 2, 0, {}, 0), norm * 1e-25L) < 3e-7);
        CHECK(jt::norm(x * 1e-25).item() == doctest::Approx(1e-15));  // Jittor's clamp
        CHECK(off(jt::norm(x * 1e20, 1), total(x, plain) * 1e20L) < 3e-7);
    }
}

}  // namespace jt::test
