// Checkpoints: what they hold, what does not fit, and that nothing changes then. tests/nn/kill_training.cpp kills.
#include "../../nn/checkpoint.hpp"

#include <limits>
#include <memory>

#include "../../core/random.hpp"
#include "../../nn/data/subset.hpp"
#include "../../nn/layers.hpp"
#include "../../nn/optim.hpp"
#include "../check.hpp"
#include "../files/temporary.hpp"

using namespace jt;

namespace {

using List = std::vector<std::int64_t>;

struct Counting : dataset::Dataset<int> {
    explicit Counting(std::int64_t n) : n(n) { set_attrs({.batch_size = 3, .shuffle = true}); }
    std::int64_t size() const override { return n; }
    std::tuple<int> item(std::int64_t k) const override { return {static_cast<int>(k)}; }

    std::int64_t n;
};

List rest_of(dataset::Dataset<int>& data) {
    List out;
    for (auto [x] : data)
        for (const auto k : x.to_vector<std::int64_t>()) out.push_back(k);
    return out;
}

nn::StateDict with(const nn::StateDict& state, const std::string& name, const Var& value) {
    nn::StateDict out;
    for (const auto& [key, var] : state)
        if (key != name) out.add(key, var);
    if (value.defined()) out.add(name, value);
    return out;
}

}  // namespace

TEST_SUITE("nn") {
    TEST_CASE("a checkpoint holds what has a state, handles of it, Vars and numbers") {
        const test::Folder folder;
        const auto handle = nn::make<nn::Linear>(2, 1);
        nn::Linear net(3, 2);
        std::unique_ptr<nn::Optimizer> opt = std::make_unique<nn::Adam>(net.parameters(), nn::AdamOptions{.lr = .1});
        Var best = ones({2});
        bool done = true;
        int epoch = 3;
        std::int64_t count = std::int64_t{1} << 62;
        float rate = 0.5F;
        double loss = std::numeric_limits<double>::infinity();
        std::vector<double> losses{0.1, NAN}, none;
        nn::Checkpoint checkpoint{{"handle", handle}, {"net", net},       {"opt", opt},     {"best", best},
                                  {"done", done},     {"epoch", epoch},   {"count", count}, {"rate", rate},
                                  {"loss", loss},     {"losses", losses}, {"none", none}};
        checkpoint.save(folder / "a.npz");
        const Var weight = net.weight.clone();
        net.weight.assign(zeros({2, 3})), best.assign(zeros({2})), opt->lr = 7;
        done = false, epoch = 0, count = 0, rate = 0, loss = 0, losses = {3}, none = {4};
        checkpoint.load(folder / "a.npz");
        CHECK_SAME(net.weight, weight);
        CHECK_CLOSE(best, {1, 1});
        CHECK_EQ(opt->lr, .1);
        CHECK((done && epoch == 3 && count == std::int64_t{1} << 62 && rate == 0.5F && std::isinf(loss)));
        CHECK((losses.size() == 2 && losses[0] == 0.1 && std::isnan(losses[1]) && none.empty()));
        CHECK_EQ(checkpoint.state_dict().names().back(), "rng");
    }

    TEST_CASE("a checkpoint brings the random streams back") {
        nn::Checkpoint none{};
        const nn::StateDict state = none.state_dict();
        const Var first = rand({4});
        none.load_state_dict(state);
        CHECK_SAME(rand({4}), first);
    }

    TEST_CASE("a loop goes on with the batch that would have come next, and the epochs after it are the same") {
        Counting whole(10);
        nn::StateDict middle, last, between;
        List seen;
        for (auto [x] : whole) {
            for (const auto k : x.to_vector<std::int64_t>()) seen.push_back(k);
            if (seen.size() == 6) middle = whole.state_dict();
            last = whole.state_dict();
        }
        between = whole.state_dict();
        const List second = rest_of(whole);
        Counting resumed(10);
        resumed.load_state_dict(middle);
        CHECK_EQ(resumed.state_dict()["order"].numel(), 4);
        CHECK_EQ(rest_of(resumed), List(seen.begin() + 6, seen.end()));
        CHECK_EQ(rest_of(resumed), second);
        resumed.load_state_dict(last);
        CHECK_EQ(rest_of(resumed), List());
        CHECK_EQ(rest_of(resumed), second);
        resumed.load_state_dict(between);
        CHECK_FALSE(between.contains("order"));
        CHECK_EQ(rest_of(resumed), second);
    }

    TEST_CASE("a training that is resumed sees the same parts, however they were drawn") {
        Counting all(30);
        set_global_seed(1);
        auto [train, test] = dataset::random_split(all, {20, 10});
        train.set_attrs({.batch_size = 4, .shuffle = true});
        nn::StateDict middle;
        List rest;
        for (auto [x] : train) {
            if (middle.size() > 0)
                for (const auto k : x.to_vector<std::int64_t>()) rest.push_back(k);
            else
                middle = train.state_dict();
        }
        set_global_seed(2);
        auto [again, others] = dataset::random_split(all, {20, 10});
        again.set_attrs({.batch_size = 4, .shuffle = true});
        CHECK_NE(rest_of(others), rest_of(test));
        again.load_state_dict(middle);
        others.load_state_dict(test.state_dict());
        CHECK_EQ(rest_of(again), rest);
        CHECK_EQ(rest_of(others), rest_of(test));

        const nn::StateDict before = again.state_dict();
        CHECK_THROWS_WITH_AS(again.load_state_dict(all.state_dict()),
                             "load_state_dict: needs the state of this dataset; missing: indices", KeyError);
        CHECK_THROWS_WITH_AS(
            others.load_state_dict(before),
            "load_state_dict: needs the state of this dataset; wrong: indices needs 10 indices, got 20", KeyError);
        const Var beyond = full({20}, 30, int64);
        CHECK_THROWS_WITH_AS(again.load_state_dict(with(before, "indices", beyond)),
                             "Subset: needs items from 0 to 29, got 30", IndexError);
        CHECK_SAME(again.state_dict()["indices"], before["indices"]);
        CHECK_SAME(again.state_dict()["shuffle"], before["shuffle"]);
    }

    TEST_CASE("a loop that was left is no loop on its way") {
        Counting data(10);
        for (auto [x] : data) break;
        CHECK_FALSE(data.state_dict().contains("order"));
        nn::StateDict inside;
        for (auto [x] : data) inside = data.state_dict();
        data.load_state_dict(inside);
        for (auto [x] : data) FAIL("all batches had been given");
    }

    TEST_CASE("a sampler's stream is part of a dataset's state") {
        Counting a(10), b(10), shuffled(10);
        const dataset::RandomSampler of_a(a), of_b(b);
        rest_of(a);
        b.load_state_dict(a.state_dict());
        CHECK_EQ(rest_of(b), rest_of(a));
        CHECK_THROWS_WITH_AS(shuffled.load_state_dict(a.state_dict()),
                             "load_state_dict: needs the state of this dataset; unexpected: sampler", KeyError);
        CHECK_THROWS_WITH_AS(a.load_state_dict(shuffled.state_dict()),
                             "load_state_dict: needs the state of this dataset; missing: sampler", KeyError);
    }

    TEST_CASE("a state that does not fit a dataset changes nothing") {
        Counting data(10), twin(10);
        const auto refuse = [&](const char* name, const Var& value, const char* message) {
            CHECK_THROWS_WITH(data.load_state_dict(with(twin.state_dict(), name, value)), message);
        };
        const std::string needs = "load_state_dict: needs the state of this dataset; ";
        refuse("shuffle", {}, (needs + "missing: shuffle").c_str());
        refuse("shuffle", zeros({10}),
               (needs + "wrong: shuffle needs a row of integers, got (10,) of float32").c_str());
        refuse("shuffle", array({1, 2}), (needs + "wrong: shuffle needs 10 numbers of 32 bits, got 2").c_str());
        refuse("shuffle", full({10}, -1, jt::int64),
               (needs + "wrong: shuffle needs 10 numbers of 32 bits, got others").c_str());
        refuse("order", array({10}), "Dataset: needs an order of items from 0 to 9, got 10");
        refuse("order", ones({2, 2}, jt::int64),
               (needs + "wrong: order needs a row of integers, got (2, 2) of int64").c_str());
        CHECK_EQ(rest_of(data), rest_of(twin));
    }

    TEST_CASE("a checkpoint that does not fit names the part, and changes nothing") {
        nn::Linear net(3, 2);
        nn::SGD opt(net.parameters(), {.lr = .1});
        int epoch = 1;
        Counting data(10);
        nn::Checkpoint checkpoint{{"net", net}, {"opt", opt}, {"data", data}, {"epoch", epoch}};
        const nn::StateDict before = checkpoint.state_dict();
        const Var weight = net.weight.clone();
        const auto refuse = [&](const char* name, const Var& value, const char* message) {
            nn::StateDict state;
            for (const auto& [key, var] : before) state.add(key, key.starts_with("net.") ? zeros(var.shape()) : var);
            CHECK_THROWS_WITH(checkpoint.load_state_dict(with(state, name, value)), message);
            CHECK_SAME(net.weight, weight);
            CHECK_EQ(epoch, 1);
            CHECK_SAME(get_rng_state(), before["rng"]);
        };
        refuse("more.x", ones({1}), "Checkpoint: needs a state of its parts alone; unexpected: more.x");
        refuse("epoch", {}, "Checkpoint: 'epoch': needs an entry of that name, got none");
        refuse("epoch", ones({1}), "Checkpoint: 'epoch': needs a whole number, got 1");
        refuse("epoch", ones({2}, jt::int64), "Checkpoint: 'epoch': needs one number, got (2,)");
        refuse("epoch", full({1}, 1e12, jt::int64),
               "Checkpoint: 'epoch': needs a number from -2147483648 to 2147483647, got 1000000000000");
        refuse("opt.lr", {}, "Checkpoint: 'opt': needs the state of this SGD; missing: lr");
        refuse("rng", {}, "Checkpoint: 'rng': needs an entry of that name, got none");
    }

    TEST_CASE("names of parts") {
        int a = 0;
        for (const char* name : {"", "a.b", "rng"})
            CHECK_THROWS_WITH_AS((nn::Checkpoint{{name, a}}),
                                 (std::string("Checkpoint: needs names without a dot, each once and none of them "
                                              "'rng', got '") +
                                  name + "'")
                                     .c_str(),
                                 KeyError);
        CHECK_THROWS_WITH((nn::Checkpoint{{"a", a}, {"a", a}}),
                          "Checkpoint: needs names without a dot, each once and none of them 'rng', got 'a'");
    }
}
