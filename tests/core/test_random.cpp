// The random stream against the numbers that Jittor 1.3.11 prints on a CPU.
#include "../../core/random.hpp"

#include <bit>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

#include "../../core/numpy_random.hpp"
#include "../../core/python_random.hpp"
#include "../../core/streams.hpp"
#include "../check.hpp"
#include "tables.hpp"
#include "threads.hpp"

using namespace jt;

namespace {

// What Python draws of a seed.
struct PythonRow {
    std::int64_t seed;
    double first, second;
    std::vector<std::int64_t> digits;
    std::int64_t wide;
    double uniform, last;
};
const PythonRow python_rows[] = {
    {42,
     0.6394267984578837,
     0.025010755222666936,
     {4, 3, 3, 2, 1, 8},
     373399423,
     3.7714775373471188,
     0.029797219438070344},
    {-5, 0.6229016948897019, 0.7417869892607294, {8, 0, 7, 3, 0, 2}, 486215923, 3.115380066686922, 0.38075791704476514},
    {0, 0.8444218515250481, 0.7579544029403025, {6, 0, 4, 8, 7, 6}, 1302718214, 4.903399984760514, 0.5833820394550312},
    {1099511627783,
     0.6137037779936511,
     0.8149162973309487,
     {9, 7, 4, 9, 2, 8},
     1611772091,
     3.5640074920602114,
     0.39317959132030256},
    {std::numeric_limits<std::int64_t>::min(),
     0.5534639983914199,
     0.9406144709090462,
     {3, 8, 1, 5, 5, 8},
     1310961890,
     3.3752124082564876,
     0.24299287070593645},
};

// The stream and the polar method as libstdc++ has them.
struct OneByOne {
    std::uint32_t state;

    float uniform() {
        state = static_cast<std::uint32_t>(state * std::uint64_t{16807} % 2147483647U);
        const float u = static_cast<float>(state - 1U) / 2147483646.0F;
        return u >= 1.0F ? std::nextafter(1.0F, 0.0F) : u;
    }
    std::pair<float, float> normal() {
        float x, y, r2;
        do {
            x = 2.0F * uniform() - 1.0F;
            y = 2.0F * uniform() - 1.0F;
            r2 = std::fma(y, y, x * x);
        } while (r2 > 1.0F || r2 == 0.0F);
        const float scale = std::sqrt(-2.0F * std::log(r2) / r2);
        return {y * scale, x * scale};
    }
};

}  // namespace

TEST_SUITE("core") {
    TEST_CASE("uniform, normal, integers and permutations of seed 42 are Jittor's") {
        const auto seeded = [](auto draw) {
            set_global_seed(42);
            return draw();
        };
        CHECK_EQ(test::difference(seeded([] { return rand({5}); }),
                                  {0.000328707043, 0.524587095, 0.735423505, 0.263305545, 0.376223981}, 1e-8, 0),
                 "");
        CHECK_EQ(test::difference(seeded([] { return randn({4}); }), {-.901248038, .896408677, -1.20271361, -.49015528},
                                  1e-8, 0),
                 "");
        CHECK_EQ(test::difference(seeded([] { return array(drawing::normal({4}, 5, 3)); }),
                                  {2.29625583, 7.68922615, 1.39185917, 3.5295341}, 1e-8, 0),
                 "");
        CHECK_EQ(seeded([] { return randint(0, 10, {8}); }).to_vector<int>(), std::vector<int>{0, 5, 7, 2, 3, 1, 9, 5});
        const auto order = seeded([] { return randperm(8); }).to_vector<int>();
        CHECK_EQ(std::vector<int>(order.begin(), order.begin() + 6), std::vector<int>{0, 5, 3, 4, 7, 1});
    }

    TEST_CASE("draws of any length are the stream's one after the other, and end where it does") {
        for (const int n : {1, 2, 31, 32, 33, 63, 64, 65, 127, 128, 1000, 1025, 200001}) {
            CAPTURE(n);
            drawing::set_state(20240601);
            const auto uniform = array(drawing::uniform({n})).to_vector<float>();
            const auto behind_uniform = drawing::state();
            const auto normal = array(drawing::normal({n})).to_vector<float>();
            OneByOne one{20240601};
            bool same = true;
            for (const float u : uniform) same = same && u == one.uniform();
            CHECK(same);
            CHECK(behind_uniform == one.state);
            for (std::size_t k = 0; k < normal.size(); k += 2) {
                const auto [first, second] = one.normal();
                same = same && normal[k] == first && (k + 1 == normal.size() || normal[k + 1] == second);
            }
            CHECK(same);
            CHECK(drawing::state() == one.state);
        }
    }

    TEST_CASE("the logarithm of a share of 1 has the bits of the C library's") {
        std::vector<float> x;
        for (std::uint32_t bits = 0x00800000; bits <= 0x3F800000; bits += 997) x.push_back(std::bit_cast<float>(bits));
        x.push_back(1);
        std::vector<float> y(x.size());
        for (const auto* table : test::fused_tables()) {
            table->draws.log(x.data(), y.data(), static_cast<std::int64_t>(x.size()));
            std::size_t differ = 0;
            for (std::size_t k = 0; k < x.size(); ++k) differ += y[k] != std::log(x[k]);
            CHECK(differ == 0);
        }
    }

    TEST_CASE("draws have the same bits in every instruction set") {
        const auto drawn = [](const kernels::DrawRows& rows) {
            std::uint32_t state = 20240602;
            std::vector<float> z(4000);
            const auto count = rows.normal(state, 1000, z.data());
            state = rows.uniform(state, z.data() + 2000, 1001);
            rows.scale(z.data() + 2500, 501, 0.7F, 0.1F);
            return std::tuple(state, count, z);
        };
        for (const auto* table : test::fused_tables())
            CHECK(drawn(table->draws) == drawn(test::fused_tables().front()->draws));
    }

    TEST_CASE("a draw has the same bits on any number of threads") {
        const auto drawn = [](int threads) {
            const Threads set(threads);
            set_global_seed(3);
            const auto numbers = rand({300000}).to_vector<float>();
            return std::pair(numbers, drawing::state());
        };
        CHECK(drawn(1) == drawn(3));
    }

    TEST_CASE("an odd normal draw discards its saved second number") {
        set_global_seed(42);
        const auto three = randn({3}).to_vector<float>(), next = randn({1}).to_vector<float>();
        set_global_seed(42);
        const auto six = randn({6}).to_vector<float>();
        CHECK_EQ(three[2], six[2]);
        CHECK_EQ(next[0], six[4]);
    }

    TEST_CASE("a draw of one element rounds its product, a longer one fuses it, as Jittor's") {
        int differ = 0;
        const auto check = [&](float draw, float by, float plus, const Array& got) {
            const volatile float product = draw * by;
            const float apart = product + plus, fused = std::fma(draw, by, plus);
            differ += apart != fused;
            CHECK(*got.data<float>() == (got.numel() == 1 ? apart : fused));
        };
        for (int k = 1; k < 100; ++k)
            for (const Shape& shape : {Shape{1}, Shape{1, 1}, Shape{}, Shape{2}, Shape{1, 3}}) {
                const auto first = [seed = k * 10000019](const Array& x) { return set_global_seed(seed), x; };
                first(Array());
                const float u = *first(drawing::uniform(shape)).data<float>();
                check(u, static_cast<float>(-0.3 - 0.4), 0.4F, first(drawing::uniform(shape, -0.3, 0.4)));
                const float z = *first(drawing::normal(shape)).data<float>();
                check(z, 0.7F, 0.1F, first(drawing::normal(shape, 0.1, 0.7)));
            }
        CHECK(differ > 100);
    }

    TEST_CASE("integers of a wide range fuse the same way, as Jittor's") {
        constexpr std::int64_t low = -1000000, high = 1000000;
        set_global_seed(9);
        const auto many = randint(low, high, {200}).to_vector<int>();
        CHECK(std::vector(many.begin(), many.begin() + 4) == std::vector{-999860, -632320, 600895, -744298});
        CHECK(many[25] == 484717);  // 484718 when the product is rounded
        for (int k = 0; k < 200; ++k) {
            const auto state = drawing::state();
            const float draw = *drawing::uniform({1}).data<float>();
            drawing::set_state(state);
            const volatile float product = draw * static_cast<float>(high - low);
            CHECK(randint(low, high).item() == std::floor(product + static_cast<float>(low)));
        }
    }

    TEST_CASE("seeds 0, 1 and 2^31 - 1 give one stream; 2^31 wraps") {
        const auto first = [](std::int64_t seed) {
            set_global_seed(seed);
            return rand({3}).to_vector<float>();
        };
        CHECK_EQ(first(0), first(1));
        CHECK_EQ(first(0), first(2147483647));
        CHECK_EQ(first(2147483648), first(-2147483648));
        CHECK_NE(first(2), first(3));
    }

    TEST_CASE("a state can be returned to") {
        const auto state = drawing::state();
        const Var x = rand({4});
        drawing::set_state(state);
        CHECK_SAME(x, rand({4}));
    }

    TEST_CASE("NumPy's default_rng, and its permutation of a seed") {
        using List = std::vector<std::int64_t>;
        drawing::DefaultRng rng(1), large(4000000000U);
        CHECK_EQ(rng.integers(3000000000, 8), List{1535464873, 2851391088, 104557657, 2845948340, 935494355, 2607075741,
                                                   1269979346, 770976088});  // some drawn again
        CHECK_EQ(rng.integers(std::int64_t{1} << 32, 2), List{1757496908, 2765224490});
        CHECK_EQ(rng.integers(1, 2), List{0, 0});
        CHECK_EQ(rng.permutation(5), List{0, 1, 3, 4, 2});
        CHECK_EQ(large.permutation(6), List{5, 2, 0, 1, 4, 3});
        CHECK_EQ(large.integers(7, 4), List{3, 2, 2, 5});
        set_global_seed(42);
        CHECK_EQ(drawing::numpy_permutation(6), List{0, 1, 5, 2, 4, 3});
        CHECK_EQ(drawing::numpy_permutation(1), List{0});
        CHECK_EQ(drawing::numpy_permutation(0), List{});
        CHECK_EQ(drawing::numpy_permutation(6), List{3, 0, 1, 2, 5, 4});
        set_global_seed(-1);  // NumPy's 2^32 - 1
        CHECK_EQ(drawing::numpy_permutation(6), List{1, 4, 5, 0, 2, 3});
    }

    TEST_CASE("NumPy's randint of a seed, with its permutation on one stream") {
        using List = std::vector<std::int64_t>;
        set_global_seed(42);
        List drawn;
        for (const std::int64_t high : {7LL, 7LL, 1LL, 1000LL, 1LL << 32, (1LL << 31) + 1, 5LL})
            drawn.push_back(drawing::numpy_randint(high));
        CHECK_EQ(drawn, List{6, 3, 0, 860, 787846414, 670094950, 1});
        const auto state = drawing::Drawing()->numpy.state();
        CHECK_EQ(drawing::numpy_permutation(6), List{3, 1, 0, 4, 5, 2});
        drawing::Drawing()->numpy.set_state(state);
        CHECK_EQ(drawing::numpy_permutation(6), List{3, 1, 0, 4, 5, 2});
    }

    TEST_CASE("Python's random, of seeds of one word, of two, and below 0") {
        for (const PythonRow& row : python_rows) {
            CAPTURE(row.seed);
            set_global_seed(row.seed);
            CHECK_EQ(drawing::python_random(), row.first);
            CHECK_EQ(drawing::python_random(), row.second);
            for (const std::int64_t digit : row.digits) CHECK_EQ(drawing::python_randint(0, 9), digit);
            CHECK_EQ(drawing::python_randint(-3, std::int64_t{1} << 31), row.wide);
            CHECK_EQ(drawing::python_uniform(2, 5), row.uniform);
            CHECK_EQ(drawing::python_randint(7, 7), 7);
            CHECK_EQ(drawing::python_random(), row.last);
        }
    }

    TEST_CASE("Python's random past its first 624 words, and back to a state") {
        set_global_seed(3);
        for (int k = 0; k < 700; ++k) drawing::python_random();
        const auto state = drawing::Drawing()->python.state();
        CHECK_EQ(drawing::python_random(), 0.07205680902929257);
        drawing::Drawing()->python.set_state(state);
        CHECK_EQ(drawing::python_random(), 0.07205680902929257);
        auto broken = state;
        broken.used = 625;
        CHECK_THROWS_WITH_AS(drawing::Drawing()->python.set_state(broken),
                             "Twister: needs at most 624 used words, got 625", ValueError);
    }

    TEST_CASE("Python's and NumPy's randint: what is refused") {
        CHECK_THROWS_WITH_AS(drawing::numpy_randint(0), "randint: needs high from 1 to 2^32, got 0", ValueError);
        CHECK_THROWS_WITH_AS(drawing::python_randint(2, 1),
                             "randint: needs low at most high and less than 2^32 - 1 below it, got 2 and 1",
                             ValueError);
        CHECK_THROWS_AS(
            drawing::python_randint(std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()),
            ValueError);
    }

    TEST_CASE("NumPy's numbers: what is refused") {
        drawing::DefaultRng rng(1);
        CHECK_THROWS_WITH_AS(rng.permutation(std::int64_t{1} << 32),
                             "permutation: needs from 0 to 2^32 - 1 numbers, got 4294967296", ValueError);
        CHECK_THROWS_AS(drawing::numpy_permutation(-1), ValueError);
        CHECK_THROWS_WITH_AS(rng.integers(0, 3), "integers: needs high from 1 to 2^32, got 0", ValueError);
        CHECK_THROWS_AS(rng.integers((std::int64_t{1} << 32) + 1, 3), ValueError);
        CHECK_THROWS_WITH_AS(rng.integers(4, -1), "integers: needs a count of 0 or more, got -1", ValueError);
    }
}
