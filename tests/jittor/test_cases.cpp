// minijt held against what real Jittor answered to the questions of cases.def.
#include <algorithm>
#include <cmath>
#include <functional>

#include "../../autograd/grad.hpp"
#include "../../core/random.hpp"
#include "../../nn/interpolate.hpp"
#include "../../nn/layers.hpp"
#include "../../nn/loss.hpp"
#include "../../weightnorm/weightnorm.hpp"
#include "../notes.hpp"
#include "fixture.hpp"

namespace jt::test {

namespace {

// The results, and the gradients of their weighted sum by places among the inputs.
struct Answer {
    Vars results, gradients;
    std::vector<std::size_t> places;
};

// Takes what `pack` of make_fixtures.py wrote.
class Packed {
public:
    explicit Packed(const Var& row) : numbers_(row.to_vector<double>()) {}

    Answer answer() {
        Answer out;
        for (auto left = next(); left > 0; --left) out.results.push_back(next_var());
        while (at_ < numbers_.size()) {
            out.places.push_back(static_cast<std::size_t>(next()));
            out.gradients.push_back(next_var());
        }
        return out;
    }

private:
    std::int64_t next() { return static_cast<std::int64_t>(numbers_.at(at_++)); }

    Var next_var() {
        static const std::vector<Dtype> dtypes = {bool_, uint8, int32, int64, float32, float64};
        const Dtype dtype = dtypes.at(static_cast<std::size_t>(next()));
        Shape shape;
        for (auto rank = next(); rank > 0; --rank) shape.push_back(next());
        const double* first = numbers_.data() + at_;
        at_ += static_cast<std::size_t>(shape.numel());
        return cast(jt::array(first, shape, float64), dtype);
    }

    std::vector<double> numbers_;
    std::size_t at_ = 0;
};

Vars results(const Var& y) { return {y}; }
Vars results(const Vars& y) { return y; }
Vars results(const std::pair<Var, Var>& y) { return {y.first, y.second}; }
Vars results(const std::tuple<Var, Var>& y) { return {std::get<0>(y), std::get<1>(y)}; }
Vars results(const std::tuple<Var, Var, Var>& y) { return {std::get<0>(y), std::get<1>(y), std::get<2>(y)}; }

Var written(const Var& x, const Indices& places, const Operand& value) {
    Var y = x.clone();
    return setitem(y, places, value);
}

nn::ModulePtr weighted(const nn::ModulePtr& layer, const Var& weight) {
    layer->setattr("weight", weight);
    return layer;
}

nn::ModulePtr normed(const nn::ModulePtr& layer, int dim, const Var& g, const Var& v,
                     const std::string& name = "weight") {
    weightnorm::weight_norm(layer, name, dim);
    layer->setattr(name + "_g", g);
    layer->setattr(name + "_v", v);
    return layer;
}

using Numbers = std::vector<double>;

struct Case {
    std::string name;
    std::function<Vars()> f;
    std::string why = "";
    Numbers numbers = {};
};

class Cases {
public:
    Fixture fixture{"ops.npz"};
#define INPUT(name, python) Var name = fixture[#name];
#include "cases.def"

    std::vector<Var> inputs() const {
        return {
#define INPUT(name, python) name,
#include "cases.def"
        };
    }

    std::vector<Case> questions() const {
        return {
#define CASE(name, python, ...) {name, [&] { return results(__VA_ARGS__); }},
#define DIFFERS(name, python, why, numbers, ...) {name, [&] { return results(__VA_ARGS__); }, why, numbers},
#include "cases.def"
        };
    }
};

// Weighs as `weighted_sum` of make_fixtures.py.
Var weighted_sum(const Vars& results) {
    Var total = zeros({1});
    for (const Var& y : results) {
        if (!is_float(y.dtype())) continue;
        const Var weights = cast(mod(jt::arange(y.numel()) * 7, 5), y.dtype()) - 1.75;
        total = total + (y * weights.reshape(y.shape())).sum();
    }
    return total;
}

Answer ask(const Case& question, const std::vector<Var>& inputs, const std::vector<std::size_t>& places) {
    set_global_seed(9);
    Answer out{question.f(), {}, places};
    Vars targets;
    for (const std::size_t k : places) targets.push_back(inputs.at(k));
    if (!places.empty()) out.gradients = grad(weighted_sum(out.results), targets);
    return out;
}

// Where a float32 sum nearly cancels it errs by the size of its terms, Jittor's as well: the largest number tells it.
double rounding(const Var& expected) {
    double largest = 2;
    for (const double x : expected.to_vector<double>())
        if (std::isfinite(x)) largest = std::max(largest, std::abs(x));
    return 1e-6 * largest;
}

std::string differs(const Var& y, const Var& expected, const std::string& what, std::size_t k) {
    const std::string name = what + " " + std::to_string(k) + ": ";
    if (y.dtype() != expected.dtype()) return name + text(y.dtype()) + ", expected " + text(expected.dtype());
    const std::string difference = test::difference(y, expected, 1e-5, rounding(expected));
    return difference.empty() ? "" : name + difference;
}

std::string differs(const Vars& y, const Vars& expected, const std::string& what) {
    if (y.size() != expected.size()) return std::to_string(y.size()) + " " + what + "s";
    std::string out;
    for (std::size_t k = 0; k < y.size() && out.empty(); ++k) out = differs(y[k], expected[k], what, k);
    return out;
}

std::string differs(const Answer& y, const Answer& expected) {
    const std::string difference = differs(y.results, expected.results, "result");
    return difference.empty() ? differs(y.gradients, expected.gradients, "gradient") : difference;
}

// The numbers of all results and gradients, in one row.
Var in_a_row(const Answer& answer) {
    Vars rows;
    for (const Vars& list : {answer.results, answer.gradients})
        for (const Var& y : list) rows.push_back(cast(y, float64).reshape({-1}));
    return concat(rows);
}

void check(const Case& question, const Cases& cases) {
    const Answer jittor = Packed(cases.fixture[question.name]).answer();
    const Answer here = ask(question, cases.inputs(), jittor.places);
    const std::string difference = differs(here, jittor);
    if (question.why.empty()) {
        CHECK_EQ(difference, "");
        return;
    }
    CHECK_NE(difference, "");
    CHECK_EQ(test::difference(in_a_row(here), question.numbers, 1e-5, 2e-6), "");
    MESSAGE(question.name << " differs from Jittor: " << question.why);
}

}  // namespace

TEST_SUITE("jittor") {
    TEST_CASE("ops with arguments: values, dtypes, shapes and gradients") {
        const Notes notes;  // of gradients that are 0
        const Cases cases;
        int held = 0;
        for (const Case& question : cases.questions()) {
            CAPTURE(question.name);
            if (!cases.fixture.contains(question.name)) {
                MESSAGE(question.name << " is held against Jittor from the next `./dev fixtures` on");
                continue;
            }
            check(question, cases);
            ++held;
        }
        CHECK_EQ(held, cases.fixture["cases"].item());
    }

    TEST_CASE("ops that Jittor cannot be asked about") {
#define SKIPPED(name, why) MESSAGE(name << ": " << why);
#include "cases.def"
    }
}

}  // namespace jt::test
