// Fused runs of LSTM and GRU against the same run step by step.
#include <string>
#include <vector>

#include "../../autograd/grad.hpp"
#include "../../autograd/ops/recurrent.hpp"
#include "../check.hpp"
#include "op_rows.hpp"

namespace jt::test {

namespace {

struct Kind {
    std::string name;
    int gates;
    bool has_c;
    RecurrentStep step;
    RecurrentOutputs (*run)(const Var& x, const RecurrentState& first, const RecurrentWeights& w, bool reverse);
};
const Kind kinds[] = {{"LSTM", 4, true, lstm_step, run_lstm}, {"GRU", 3, false, gru_step, run_gru}};

struct Size {
    int steps, batch, input, hidden;
};
const Size sizes_of_runs[] = {{1, 1, 2, 1}, {4, 3, 5, 7}, {3, 2, 4, 16}, {5, 1, 3, 37}, {2, 0, 3, 4}, {32, 4, 9, 40}};

// x, first state, weights and biases, the gru's c being no part of its run.
Vars inputs_of(const Kind& kind, const Size& s, bool bias, Dtype dtype) {
    const int rows = kind.gates * s.hidden;
    const Shape state{s.batch, s.hidden}, none{};
    Sample shapes = {{s.steps, s.batch, s.input}, state, state, {rows, s.input}, {rows, s.hidden}};
    if (bias) shapes.insert(shapes.end(), 2, {rows});
    return as_dtype(random_inputs(shapes, -1, 1), dtype);
}

RecurrentOutputs run_of(const Kind& kind, const Vars& in, bool fused, bool reverse) {
    const RecurrentState first{in[1], kind.has_c ? in[2] : Var()};
    const RecurrentWeights w{in[3], in[4], in.size() > 5 ? in[5] : Var(), in.size() > 5 ? in[6] : Var(), {}};
    return fused ? kind.run(in[0], first, w, reverse) : run_steps(kind.step, in[0], first, w, reverse);
}

// Weighted sums of what a run gives: y, the last h and the last c, as bits 1, 2 and 4 of `parts` say.
Var loss_of(const RecurrentOutputs& out, unsigned parts) {
    const Var outputs[] = {out.y, out.last.h, out.last.c};
    Var loss;
    for (unsigned k = 0; k < 3; ++k) {
        if (!(parts >> k & 1) || !outputs[k].defined()) continue;
        const Var weights = random_inputs({outputs[k].shape()}, -1, 1, k + 7)[0];
        const Var part = sum(outputs[k] * cast(weights, outputs[k].dtype()));
        loss = loss.defined() ? loss + part : part;
    }
    return loss;
}

void check_close(const Var& got, const Var& expected, Dtype dtype) {
    CHECK(got.dtype() == dtype);
    const double tolerance = dtype == float32 ? 1e-4 : 1e-12;
    CHECK_EQ(difference(got, expected, tolerance, tolerance), "");
}

void check_gradients(const Kind& kind, const Vars& in, const Vars& targets, bool reverse, unsigned parts) {
    const auto gradients = [&](bool fused, bool retain) {
        return grad(loss_of(run_of(kind, in, fused, reverse), parts), targets, retain);
    };
    const Vars expected = gradients(false, true), recorded = gradients(true, true), fused = gradients(true, false);
    for (std::size_t k = 0; k < targets.size(); ++k) {
        CAPTURE(k);
        check_close(recorded[k], expected[k], in[0].dtype());
        check_close(fused[k], expected[k], in[0].dtype());
    }
}

Vars without_c(const Kind& kind, Vars in) {
    if (!kind.has_c) in.erase(2);
    return in;
}

// f(kind, inputs, reverse) for both kinds, sizes, dtypes and directions, with and without biases.
template <class F>
void for_runs(F f) {
    for (const Kind& kind : kinds)
        for (const Size& s : sizes_of_runs)
            for (const Dtype dtype : {float32, float64})
                for (const bool bias : {true, false})
                    for (const bool reverse : {false, true}) {
                        INFO(kind.name, " of ", s.hidden, ", bias ", bias, ", reverse ", reverse);
                        f(kind, inputs_of(kind, s, bias, dtype), reverse);
                    }
}

}  // namespace

TEST_SUITE("autograd") {
    TEST_CASE("fused runs of recurrent cells give what single steps give") {
        for_runs([](const Kind& kind, const Vars& in, bool reverse) {
            const RecurrentOutputs got = run_of(kind, in, true, reverse), expected = run_of(kind, in, false, reverse);
            check_close(got.y, expected.y, in[0].dtype());
            check_close(got.last.h, expected.last.h, in[0].dtype());
            CHECK(got.last.c.defined() == kind.has_c);
            if (kind.has_c) check_close(got.last.c, expected.last.c, in[0].dtype());
            const no_grad guard;
            CHECK_SAME(run_of(kind, in, true, reverse).y, got.y);
        });
    }

    TEST_CASE("gradients of fused runs are those of single steps, recorded or not") {
        for_runs([](const Kind& kind, const Vars& in, bool reverse) {
            check_gradients(kind, in, without_c(kind, in), reverse, 7);
        });
    }

    TEST_CASE("gradients of fused runs from some of the outputs for some of the inputs") {
        for (const Kind& kind : kinds)
            for (const bool reverse : {false, true}) {
                const Vars in = inputs_of(kind, {4, 3, 5, 7}, true, float64), targets = without_c(kind, in);
                for (const unsigned parts : {1U, 2U, 3U, 6U}) check_gradients(kind, in, targets, reverse, parts);
                for (const Var& target : targets) check_gradients(kind, in, {target}, reverse, 7);
                Vars stopped = in;
                stopped[0] = in[0].detach().stop_grad(), stopped[4] = in[4].detach().stop_grad();
                check_gradients(kind, stopped, {in[1], in[3], in[6]}, reverse, 3);
            }
        const Kind& lstm = kinds[0];
        const Vars in = inputs_of(lstm, {4, 3, 5, 7}, true, float64);
        check_gradients(lstm, in, in, true, 4);
    }

    TEST_CASE("a fused run whose inputs depend on each other") {
        for (const Kind& kind : kinds) {
            const Vars in = inputs_of(kind, {4, 3, 7, 7}, true, float64);
            Vars chained = in;
            chained[1] = tanh(matmul(in[0][1], in[4][to(7)]));
            chained[0] = in[0] * in[1];
            check_gradients(kind, chained, without_c(kind, in), false, 7);
        }
    }

    TEST_CASE("gradients of gradients of fused runs") {
        for (const Kind& kind : kinds)
            for (const bool reverse : {false, true}) {
                const auto f = [&](const Vars& in) {
                    return loss_of(run_of(kind, in, true, reverse), 7) + sum(in[2]) * 0;
                };
                check_differences(f, inputs_of(kind, {3, 2, 2, 2}, true, float64));
            }
    }

    TEST_CASE("a penalty on gradients of fused runs has the gradients of single steps, recorded or not") {
        for_runs([](const Kind& kind, const Vars& in, bool reverse) {
            if (in[0].dtype() == float32) return;  // the slopes of long runs are too steep for its roundings
            const Vars targets = without_c(kind, in);
            const auto gradients = [&](bool fused, bool retain) {
                const RecurrentOutputs out = run_of(kind, in, fused, reverse);
                const Vars first = grad(loss_of(out, 7), {in[0], in[4]});
                return grad(sum(first[0] * first[0]) + sum(first[1] * first[1]) + sum(out.y), targets, retain);
            };
            const Vars expected = gradients(false, true), recorded = gradients(true, true),
                       quiet = gradients(true, false);
            for (std::size_t k = 0; k < targets.size(); ++k) {
                CAPTURE(k);
                CHECK_EQ(difference(recorded[k], expected[k], 1e-8, 1e-9), "");
                CHECK_EQ(difference(quiet[k], expected[k], 1e-8, 1e-9), "");
            }
        });
    }

    TEST_CASE("a fused run keeps the numbers that it read") {
        for (const Kind& kind : kinds) {
            const Vars in = inputs_of(kind, {4, 3, 5, 7}, true, float64);
            const Var expected = grad(loss_of(run_of(kind, in, true, false), 7), in[0]);
            for (const bool retain : {true, false}) {
                Vars written = inputs_of(kind, {4, 3, 5, 7}, true, float64);
                const Var loss = loss_of(run_of(kind, written, true, false), 7);
                for (const std::size_t k : {1, 3, 4, 5}) written[k].assign(written[k] * 2);
                check_close(grad(loss, written[0], retain), expected, float64);
            }
        }
    }

    TEST_CASE("weights that fused runs do not take go step by step") {
        const Vars in = inputs_of(kinds[0], {4, 3, 5, 7}, true, float64);
        Vars mixed = in;
        mixed[4] = cast(in[4], float32);
        CHECK_SAME(run_of(kinds[0], mixed, true, false).y, run_of(kinds[0], mixed, false, false).y);
    }
}

}  // namespace jt::test
