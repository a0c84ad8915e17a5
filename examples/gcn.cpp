// A graph convolution net: of a club that splits in two it knows the leaders alone, and says whom the others follow.
#include <cstdio>
#include <minijt/metrics.hpp>
#include <minijt/minijt.hpp>
#include <minijt/plot.hpp>
#include <minijt/progress.hpp>
#include <string>
#include <vector>

#include "karate_data.hpp"
#include "program.hpp"
using namespace jt;

namespace {

constexpr int members = 34;

struct GraphConv : nn::Layer<GraphConv> {
    nn::Ref<nn::Linear> fc;

    GraphConv(int in, int out) : fc{this, "fc", in, out} {}
    Var execute(const Var& adjacency, const Var& x) { return matmul(adjacency, fc(x)); }
};

struct Gcn : nn::Layer<Gcn> {
    nn::Ref<GraphConv> conv1{this, "conv1", members, 16}, conv2{this, "conv2", 16, 2};

    Var execute(const Var& adjacency, const Var& x) { return conv2(adjacency, relu(conv1(adjacency, x))); }
};

struct Club {
    Var friends = karate_friends(), factions = karate_factions();
    Var member = arange(members), train = (member == 0) | (member == members - 1), test = ~train;
    Var from = friends[{_, 0}], to = friends[{_, 1}];
};

/// D^-1/2 (A + I) D^-1/2 of the degrees D of A + I.
Var normalized_adjacency(const Club& club) {
    Var a = eye(members);
    a[{club.from, club.to}] = 1;
    a[{club.to, club.from}] = 1;
    const Var d = rsqrt(a.sum(1));
    return d.unsqueeze(1) * a * d;
}

// ---- training

struct Training {
    Club club;
    Var adjacency = normalized_adjacency(club);
    Gcn net;
    nn::Adam opt{net.parameters(), {.lr = 0.01, .weight_decay = 5e-4}};
    int epoch = 0;
    plot::Series losses{""}, train{"train"}, test{"test"};
    nn::Checkpoint checkpoint{
        {"net", net},         {"opt", opt}, {"epoch", epoch}, {"losses", losses.values}, {"train", train.values},
        {"test", test.values}};

    Var predict() {
        return without_grad([&] { return net(adjacency, eye(members)); }).argmax(1).first;
    }
};

/// How many of some members it is right about.
double percent(const Var& predicted, const Club& club, const Var& members) {
    return 100 * accuracy(predicted[members], club.factions[members]);
}

constexpr int apart = 10;  // epochs from one checkpoint to the next

void train_epoch(Training& t) {
    const Var logits = t.net(t.adjacency, eye(members));
    const Var loss = nn::cross_entropy_loss(logits[t.club.train], t.club.factions[t.club.train]);
    t.opt.step(loss);
    const Var predicted = t.predict();
    t.losses.values.push_back(loss.item());
    t.train.values.push_back(percent(predicted, t.club, t.club.train));
    t.test.values.push_back(percent(predicted, t.club, t.club.test));
}

void train(const Program& program, Training& t) {
    program.resume(t.checkpoint);
    auto bar = progress(program.steps, {.initial = t.epoch});
    for ([[maybe_unused]] const auto k : bar) {
        train_epoch(t);
        bar.set("loss", t.losses.values.back());
        bar.set("accuracy", t.test.values.back());
        if (++t.epoch % apart == 0) program.save(t.checkpoint);
    }
    program.save(t.checkpoint);
}

// ---- the picture

/// Friends pull, everybody pushes: places (34, 2) of little energy, Mr. Hi on the left and the officer on the right.
Var spring_layout(const Club& club) {
    Var place = randn({members, 2});
    nn::Adam opt({place}, {.lr = 0.05});
    for (int step = 0; step < 500; ++step) {
        const Var length = (place[club.from] - place[club.to]).norm(2, 1);
        const Var square = sqr(place.unsqueeze(1) - place).sum(2);
        opt.step(sqr(length).sum() + (1 / (square + 0.1)).sum());
    }
    const Var x = (place[members - 1] - place[0]).normalize(2, 0), y = stack({-x[1], x[0]}).reshape({2});
    return matmul(place - place.mean(0), stack({x, y}, 1)).detach();
}

const char* const wrong_color = "#111";

void draw_members(const plot::Plane& plane, const Club& club, const Var& place, const Var& predicted) {
    const std::vector<int> side = predicted.to_vector<int>(), truth = club.factions.to_vector<int>();
    for (int k = 0; k < members; ++k) {
        const bool leader = k == 0 || k == members - 1, wrong = side[k] != truth[k];
        plane.dots(place[k], plot::color(static_cast<std::size_t>(side[k])),
                   {leader ? 15. : 11., wrong ? wrong_color : "white", wrong ? 4. : 1.5});
        plane.marks(place[k], std::to_string(k), {leader ? 14. : 11., "white", "middle", "bold"});
    }
}

void draw_club(plot::Page& page, const plot::Area& area, const Club& club, const Var& predicted) {
    heading(page, area, "Predicted side",
            {{"Mr. Hi (0)", plot::color(0)}, {"the officer (33)", plot::color(1)}, {"wrong", wrong_color}});
    const Var place = spring_layout(club), low = place.min(0) - 0.2, high = place.max(0) + 0.2;
    const plot::Plane plane(page, area, {low[0].item(), high[0].item(), low[1].item(), high[1].item()});
    plane.lines(place[club.from], place[club.to], "#c4cad1");
    draw_members(plane, club, place, predicted);
}

void train_and_draw(const Program& program) {
    Training t;
    train(program, t);
    const Var predicted = t.predict();
    const int right = static_cast<int>(((predicted == t.club.factions) & t.club.test).sum().item());
    std::printf("test accuracy %.1f %% (%d of 32 members)\n", t.test.values.back(), right);
    plot::Page page(960, 560);
    headline(
        page, text("%d of 32 members follow whom the net says", right),
        text("graph convolution, trained on the two leaders alone, %d epochs, seed %d", program.steps, program.seed));
    draw_club(page, {40, 92, 540, 460}, t.club, predicted);
    draw(page, {620, 92, 300, 222}, plot::Curves{"Loss of the two leaders", {t.losses}});
    draw(page, {620, 324, 300, 222}, plot::Curves{"Accuracy", {t.train, t.test}, false, " %"});
    page.save(program.svg);
}

}  // namespace

int main(int argc, char** argv) {
    return run({"gcn", "Classifies the members of Zachary's karate club by a graph convolution net.", "epochs", 200},
               argc, argv, train_and_draw);
}
