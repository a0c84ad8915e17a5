// Functions of two numbers: what follows from each row of binary_rows.def.
#include <cmath>
#include <limits>

#include "op_rows.hpp"

namespace jt::test {

namespace {

constexpr double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();

struct BinaryRow {
    std::string name;
    Var (*f)(const Operand&, const Operand&);
    Var (Var::*method)(const Operand&) const;
    double (*reference)(double, double);
    double low, high;
    Makes makes;
};

const std::vector<BinaryRow> rows = {
#define BINARY(name, value, low, high, makes) \
    {#name, name, &Var::name, [](double x, double y) -> double { return value; }, low, high, Makes::makes},
#include "binary_rows.def"
};

const std::vector<Sample> pairs = {
    {{3, 4}, {3, 4}},    {{3, 4}, {4}},
    {{4}, {3, 4}},       {{3, 1}, {1, 4}},
    {{2, 3, 4}, {3, 1}}, {{1}, {1}},
    {{1}, {3, 4}},       {{2, 3}, {1}},
    {{0, 3}, {3}},       {{2, 0, 3}, {1, 3}},
    {{1, 1, 1}, {1}},    {{1}, {1, 1}},
    {{5}, {5}},          {{2, 1, 2, 2}, {3, 1, 2}},
    {{0}, {1}},
};
const std::vector<double> everywhere = {-inf, -2, -0.5, 0, 1, 3, inf, nan};

void check_values(const BinaryRow& row, const Var& x, const Var& y) {
    const Var z = row.f(x, y);
    const auto xs = broadcast(x, z.shape()).to_vector<double>(), ys = broadcast(y, z.shape()).to_vector<double>();
    std::vector<double> expected;
    for (std::size_t i = 0; i < xs.size(); ++i) expected.push_back(row.reference(xs[i], ys[i]));
    CHECK(z.dtype() == made_of(row.makes, x.dtype()));
    CHECK_EQ(distance(z, expected), "");
    CHECK_SAME((x.*row.method)(y), z);
}

// A number is what a Var of one element is.
void check_numbers(const BinaryRow& row, const Var& x) {
    const Var number = array({0.75}, x.dtype());
    CHECK_SAME(row.f(x, 0.75), row.f(x, number));
    CHECK_SAME(row.f(0.75, x), row.f(number, x));
}

void check_dtypes(const BinaryRow& row) {
    for (const Dtype dtype : {float32, float64}) {
        const Vars x = as_dtype(random_inputs({{3, 41}, {41}}, row.low, row.high), dtype);
        check_values(row, x[0], x[1]);
        check_numbers(row, x[0]);
        const Var edges = array(everywhere, dtype);
        check_values(row, reshape(edges, {-1, 1}), edges);
    }
    for (const Dtype dtype : {bool_, uint8, int32, int64})
        check_values(row, cast(array({1, 3, 5}), dtype), cast(array({1, 2, 5}), dtype));
}

// Something is added to x and y, so that a gradient that should be 0 can be wrong.
void check_gradients(const BinaryRow& row) {
    check(GradRow{row.name, [&](const Vars& x) { return row.f(x[0], x[1]) + x[0] * 0.1 - x[1] * 0.2; }, pairs, row.low,
                  row.high});
    check(GradRow{row.name + ": number",
                  [&](const Vars& x) { return row.f(x[0], 0.7) * 2.0 + row.f(0.3, x[0]) + x[0] * 0.1; },
                  {{{5}}, {{3, 4}}, {{2, 0, 3}}},
                  row.low,
                  row.high});
    CHECK(row.f(ones({2}), ones({2})).is_stop_grad() == flat(row.makes));
}

}  // namespace

TEST_SUITE("autograd") {
    TEST_CASE("functions of two numbers") {
        for (const BinaryRow& row : rows) {
            CAPTURE(row.name);
            check_dtypes(row);
            check_gradients(row);
            CHECK_THROWS_WITH_AS(row.f(zeros({2, 3}), zeros({4})),
                                 (row.name + ": needs shapes that broadcast, got (2, 3) and (4,)").c_str(), ShapeError);
        }
    }
}

}  // namespace jt::test
