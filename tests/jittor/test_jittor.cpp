// minijt held against real Jittor: the fixtures that make_fixtures.py wrote (it describes their keys).
#include <algorithm>
#include <cstdlib>
#include <functional>

#include "../../autograd/grad.hpp"
#include "../../core/random.hpp"
#include "../../nn/init.hpp"
#include "../../nn/layers.hpp"
#include "../../weightnorm/weightnorm.hpp"
#include "fixture.hpp"

using namespace jt;
using test::Fixture;

namespace {

struct Holder : nn::Module {
    explicit Holder(const Var& value) : weight(attr("weight", value)) {}
    Var& weight;
    Var execute(const Var& c) override { return weight * c; }
};

// Empty when x is within 1e-5 of the largest expected element.
std::string differs(const Var& x, const Var& expected) {
    double largest = 0;
    for (double e : expected.to_vector<double>()) largest = std::max(largest, std::abs(e));
    return test::difference(x, expected, 0, 1e-5 * largest);
}

void check_weight_norm_case(const Fixture& f, const std::string& prefix) {
    const auto at = [&](const char* key) { return f[prefix + key]; };
    Holder m(at("weight").clone());
    weightnorm::weight_norm(m, "weight", at("axes").to_vector<int>());
    Var g = m.getattr("weight_g"), v = m.getattr("weight_v");
    CHECK_EQ(differs(g, at("applied_g")), "");
    g.assign(at("g"));
    v.assign(at("v"));
    const Var wc = m(at("c")), w = m.weight, loss = (wc + w * w * at("d")).sum();
    CHECK_EQ(differs(w, at("w")), "");
    CHECK_EQ(test::difference(loss, at("loss"), 0, 2e-5), "");
    const Vars d = grad(loss, {g, v});
    CHECK_EQ(differs(d[0], at("dg")), "");
    CHECK_EQ(differs(d[1], at("dv")), "");
    const Vars dd = grad((d[0] * d[0]).sum() + (d[1] * d[1]).sum(), {g, v});
    CHECK_EQ(differs(dd[0], at("ddg")), "");
    CHECK_EQ(differs(dd[1], at("ddv")), "");
}

struct Function {
    std::string name;
    std::function<Var(const Vars&)> f;
    int inputs;
};

const std::vector<Function> unaries = {
#define UNARY(name, ...) {#name, [](const Vars& x) { return jt::name(x[0]); }, 1},
#include "../autograd/unary_rows.def"
};

const std::vector<Function> binaries = {
#define BINARY(name, ...) {#name, [](const Vars& x) { return jt::name(x[0], x[1]); }, 2},
#include "../autograd/binary_rows.def"
};

// The inputs, the result and perhaps the gradients, a row each.
void check_function(const Function& function, const Var& stored) {
    Vars x;
    for (int k = 0; k < function.inputs; ++k) x.push_back(stored[k]);
    const Var y = function.f(x);
    CHECK_EQ(test::difference(y, stored[function.inputs].to_vector<double>(), 1e-5, 1e-6), "");
    if (stored.shape(0) == function.inputs + 1) return;
    const Vars g = grad(y.sum(), x);
    for (int k = 0; k < function.inputs; ++k)
        CHECK_EQ(test::difference(g[static_cast<std::size_t>(k)], stored[function.inputs + 1 + k], 1e-5, 1e-6), "");
}

void check_functions(const std::vector<Function>& functions, const Fixture& fixture) {
    int held = 0;
    for (const Function& function : functions) {
        CAPTURE(function.name);
        if (!fixture.contains(function.name)) continue;  // not in Jittor, or newer than the last `./dev fixtures`
        check_function(function, fixture[function.name]);
        ++held;
    }
    CHECK_EQ(held, fixture["rows"].item());
}

std::string two_digits(int k) { return (k < 10 ? "0" : "") + std::to_string(k); }

}  // namespace

TEST_SUITE("jittor") {
    TEST_CASE("weight norm: w, gradients and second derivatives of every case") {
        const Fixture f("weight_norm.npz");
        const auto n = static_cast<int>(f["cases"].item());
        REQUIRE_EQ(n, 27);
        for (int k = 0; k < n; ++k) {
            CAPTURE(k);
            check_weight_norm_case(f, "case" + two_digits(k) + ".");
        }
    }

    TEST_CASE("initial weights are Jittor's, bit for bit") {
        const Fixture f("init.npz");
        for (const int seed : f["seeds"].to_vector<int>()) {
            const std::string name = "seed" + std::to_string(seed) + ".";
            set_global_seed(seed);
            nn::Sequential plain(nn::make<nn::Linear>(3, 4), nn::make<nn::Conv>(2, 3, 3), nn::make<nn::Linear>(4, 2));
            for (const auto& [key, value] : plain.state_dict()) CHECK_SAME(value, f["plain_" + name + key]);
            set_global_seed(seed);
            nn::Sequential grouped(nn::make<nn::Conv>(4, 6, 3, 1, 1, 1, 2), nn::make<nn::Linear>(5, 3, false));
            for (const auto& [key, value] : grouped.state_dict()) CHECK_SAME(value, f["grouped_" + name + key]);
            set_global_seed(seed);
            nn::Sequential single(nn::make<nn::Linear>(7, 1), nn::make<nn::Linear>(1, 1));
            for (const auto& [key, value] : single.state_dict()) CHECK_SAME(value, f["single_" + name + key]);
        }
    }

    TEST_CASE("initial values are Jittor's: bit for bit, but for the inverse of erf") {
        const Fixture f("init.npz");
        int held = 0;
        const auto ask = [&](const std::string& name, auto make, double tolerance) {
            CAPTURE(name);
            set_global_seed(9);
            const Var value = make(), jittor = f["case." + name];
            CHECK_EQ(test::difference(value, jittor, tolerance, tolerance), "");
            ++held;
        };
#define DRAW(name, python, ...) \
    ask(                        \
        name, [] { return __VA_ARGS__; }, 0);
#define NEAR(name, python, ...) \
    ask(                        \
        name, [] { return __VA_ARGS__; }, 2e-6);
#include "init_cases.def"
        CHECK_EQ(held, f["cases"].item());
    }

    TEST_CASE("initial weights of embeddings, attention, PReLU and convolutions are Jittor's, bit for bit") {
        const Fixture f("layers.npz");
        for (const int seed : f["seeds"].to_vector<int>()) {
            const std::string name = "seed" + std::to_string(seed) + ".";
            set_global_seed(seed);
            nn::Sequential embedded(nn::make<nn::Embedding>(5, 3), nn::make<nn::Embedding>(1, 1),
                                    nn::make<nn::Embedding>(4, 2, 1), nn::make<nn::Linear>(2, 3));
            for (const auto& [key, value] : embedded.state_dict()) CHECK_SAME(value, f["embedded_" + name + key]);
            set_global_seed(seed);
            nn::Sequential attended(nn::make<nn::MultiheadAttention>(4, 2, {.add_bias_kv = true}),
                                    nn::make<nn::MultiheadAttention>(4, 2, {.bias = false, .kdim = 3, .vdim = 5}),
                                    nn::make<nn::Linear>(2, 3));
            for (const auto& [key, value] : attended.state_dict()) CHECK_SAME(value, f["attended_" + name + key]);
            set_global_seed(seed);
            nn::Sequential rectified(nn::make<nn::PReLU>(3, 0.1), nn::make<nn::Conv>(3, 2, 2), nn::make<nn::PReLU>());
            for (const auto& [key, value] : rectified.state_dict()) CHECK_SAME(value, f["rectified_" + name + key]);
            set_global_seed(seed);
            nn::Sequential convolved(nn::make<nn::Conv1d>(4, 6, 3, {.groups = 2}),
                                     nn::make<nn::Conv3d>(2, 3, Triple{1, 2, 3}),
                                     nn::make<nn::ConvTranspose>(4, 6, Pair{3, 2}, {.groups = 2}),
                                     nn::make<nn::ConvTranspose3d>(3, 2, 2), nn::make<nn::Conv1d>(2, 1, 1));
            for (const auto& [key, value] : convolved.state_dict()) CHECK_SAME(value, f["convolved_" + name + key]);
        }
    }

    TEST_CASE("functions of one and two numbers: values and gradients") {
        check_functions(unaries, Fixture("unary.npz"));
        check_functions(binaries, Fixture("binary.npz"));
    }
}
