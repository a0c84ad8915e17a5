// A small transformer learns to sort: it reads eight digits and writes them in order, one after the other.
#include <cstdio>
#include <iostream>
#include <minijt/minijt.hpp>
#include <minijt/plot.hpp>
#include <minijt/progress.hpp>
#include <string>
#include <vector>

#include "program.hpp"
using namespace jt;

namespace {

constexpr int digits = 8, kinds = 10, width = 48, heads = 4, batch = 64;
constexpr int length = 2 * digits - 1;  // what is read, and all but the last of what is written

struct Block : nn::Layer<Block> {
    nn::Ref<nn::LayerNorm> norm1{this, "norm1", width}, norm2{this, "norm2", width};
    nn::Ref<nn::MultiheadAttention> attention{this, "attention", width, heads, {.batch_first = true}};
    nn::Ref<nn::Linear> fc1{this, "fc1", width, 4 * width}, fc2{this, "fc2", 4 * width, width};
    Var weights;  ///< those of the last call, for the picture

    Var execute(Var x) {
        const Var h = norm1(x);
        const auto [attended, seen] = attention(h, h, h, {.is_causal = true});
        weights = seen.detach();
        x = x + attended;
        return x + fc2(nn::gelu(fc1(norm2(x))));
    }
};

struct Sorter : nn::Module {
    nn::Ref<nn::Embedding> token{this, "token", kinds, width};
    Var& place = attr("place", 0.02 * randn({length, width}));
    nn::Ref<Block> block1{this, "block1"}, block2{this, "block2"};
    nn::Ref<nn::LayerNorm> norm{this, "norm", width};
    nn::Ref<nn::Linear> head{this, "head", width, kinds};

    /// Logits (n, length, kinds) of what comes next, for tokens (n, length).
    Var execute(const Var& tokens) override { return head(norm(block2(block1(token(tokens) + place)))); }
};

/// What is read, and behind it the same in order.
Var examples(int n) {
    const Var read = randint(0, kinds, {n, digits});
    return concat({read, read.sort(1).first}, 1);
}

Var loss_of(Sorter& net, const Var& rows) {
    const Var logits = net(rows[{_, to(-1)}])[{_, from(digits - 1)}];
    return nn::cross_entropy_loss(logits.reshape({-1, kinds}), rows[{_, from(digits)}].flatten());
}

/// Writes one digit after the other, each the likeliest.
Var written(Sorter& net, const Var& read) {
    const no_grad guard;
    Var row = read;
    for (int k = 0; k < digits; ++k) {
        const Var unseen = zeros({row.shape(0), length - row.shape(1)}, int32);
        const Var next = net(concat({row, unseen}, 1))[{_, digits - 1 + k}].argmax(1).first;
        row = concat({row, next.unsqueeze(1)}, 1);
    }
    return row[{_, from(digits)}];
}

struct Training {
    Sorter net;
    nn::AdamW opt{net.parameters(), {.lr = 0.002}};
    plot::Series losses{""}, rights{""};
    int step = 0;
    nn::Checkpoint checkpoint{
        {"net", net}, {"opt", opt}, {"losses", losses.values}, {"rights", rights.values}, {"step", step}};
    Var test = examples(200);

    double right() {
        const Var wrong = written(net, test[{_, to(digits)}]) != test[{_, from(digits)}];
        return 100 * (1 - wrong.any(1).float32().mean().item());
    }
};

constexpr int apart = 50;  // steps from one point of a curve to the next

void train(const Program& program, Training& t) {
    program.resume(t.checkpoint);
    auto bar = progress(program.steps, {.initial = t.step});
    for ([[maybe_unused]] const auto k : bar) {
        t.opt.lr = 0.002 * (1 - 0.9 * t.step / program.steps);
        const Var loss = loss_of(t.net, examples(batch));
        t.opt.step(loss);
        bar.set("loss", loss.item());
        if (++t.step % apart != 0) continue;
        t.losses.values.push_back(loss.item());
        t.rights.values.push_back(t.right());
        bar.set("sorted", t.rights.values.back());
        program.save(t.checkpoint);
    }
    program.save(t.checkpoint);
}

// ---- the picture

std::vector<std::string> words(const Var& digits) {
    std::vector<std::string> out;
    for (const int digit : digits.to_vector<int>()) out.push_back(std::to_string(digit));
    return out;
}

/// Where the second block looks while it writes one row, averaged over its heads: what is written is at the left.
plot::HeatMap attention(Training& t) {
    const Var row = t.test[{0}], answer = row[{from(digits)}];
    without_grad([&] { return t.net(row[{to(-1)}].unsqueeze(0)); });
    return {.title = "Where it looks to write each digit",
            .matrix = t.net.block2->weights[{0, from(digits - 1)}],
            .rows = words(answer),
            .columns = words(row[{to(-1)}]),
            .row = "written",
            .column = "read, and written before",
            .numbers = false};
}

void train_and_draw(const Program& program) {
    Training t;
    train(program, t);
    const double right = t.right();
    const Var read = t.test[{to(3), to(digits)}];
    std::printf("%.1f %% of 200 new rows sorted\n", right);
    std::cout << "read\n" << read << "\nwritten\n" << written(t.net, read) << '\n';
    plot::save(program.svg, text("%.1f %% of new rows come out in order", right),
               text("transformer of 2 blocks, %d numbers wide, %d steps, seed %d", width, program.steps, program.seed),
               {plot::Curves{"Loss", {t.losses}, true, "", "step", apart},
                plot::Curves{"Rows in order", {t.rights}, false, " %", "step", apart}, attention(t)});
}

}  // namespace

int main(int argc, char** argv) {
    return run({"transformer", "Teaches a small transformer to sort digits.", "steps", 600}, argc, argv,
               train_and_draw);
}
