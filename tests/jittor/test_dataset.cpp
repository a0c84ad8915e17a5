// Datasets against real Jittor's, batch by batch over two epochs.
#include <functional>

#include "../../core/random.hpp"
#include "../../nn/data/dataset.hpp"
#include "../../nn/data/tensor_dataset.hpp"
#include "fixture.hpp"

using namespace jt;
using namespace jt::dataset;
using test::Fixture;

namespace {

struct Shapes : Dataset<Var, std::int64_t, double> {
    Shapes() { set_attrs({.total_len = 22}); }
    std::tuple<Var, std::int64_t, double> item(std::int64_t k) const override {
        const auto x = static_cast<double>(k);
        return {array({x, x * x}), k % 5, x / 4};
    }
};

void check_batches(const Fixture& f, const std::string& name, auto& data, int epoch, int left_after = -1) {
    int batches = 0;
    for (const auto& batch : data) {
        const auto key = name + "." + std::to_string(epoch) + "." + std::to_string(batches) + ".";
        CAPTURE(key);
        const Vars values = std::apply([](const auto&... value) { return Vars{value...}; }, batch);
        for (std::size_t k = 0; k < values.size(); ++k) CHECK_SAME(values[k], f[key + std::to_string(k)]);
        if (++batches == left_after) break;
    }
    CHECK_EQ(batches, f[name + ".batches"].to_vector<int>()[static_cast<std::size_t>(epoch)]);
}

const std::vector<std::pair<std::string, std::function<void(Shapes&)>>> cases = {
    {"plain", [](Shapes&) {}},
    {"shuffled", [](Shapes& d) { d.set_attrs({.batch_size = 4, .shuffle = true}); }},
    {"dropped", [](Shapes& d) { d.set_attrs({.batch_size = 4, .shuffle = true, .drop_last = true}); }},
    {"one_left", [](Shapes& d) { d.set_attrs({.batch_size = 7, .shuffle = true}); }},
    {"sequential", [](Shapes& d) { SequentialSampler sampler(d); }},
    {"random", [](Shapes& d) { RandomSampler sampler(d); }},
    {"replaced", [](Shapes& d) { RandomSampler sampler(d, {.replacement = true, .num_samples = 30}); }},
    {"subset",
     [](Shapes& d) {
         SubsetRandomSampler sampler(d, {3, 17});
     }},
};

void check_orders(const Sampler& sampler, const Var& orders) {
    for (int epoch = 0; epoch < 2; ++epoch) CHECK_EQ(sampler.indices(), orders[epoch].to_vector<std::int64_t>());
    CHECK_EQ(sampler.size(), orders.shape(1));
}

void check_batch_sampler(const BatchSampler& sampler, const Var& batches) {
    const auto indices = sampler.indices();
    REQUIRE_EQ(static_cast<std::int64_t>(indices.size()), batches.shape(0));
    CHECK_EQ(sampler.size(), batches.shape(0));
    for (std::size_t k = 0; k < indices.size(); ++k) {
        auto expected = batches[static_cast<int>(k)].to_vector<std::int64_t>();
        std::erase(expected, -1);
        CHECK_EQ(indices[k], expected);
    }
}

}  // namespace

TEST_SUITE("jittor") {
    TEST_CASE("datasets: two epochs of each case, with and without a worker, bit for bit") {
        const Fixture f("dataset.npz");
        CHECK_EQ(static_cast<double>(cases.size() + 1), f["cases"].item());
        for (const int workers : {0, 1})
            for (const auto& [name, set_up] : cases) {
                set_global_seed(9);
                Shapes data;
                set_up(data);
                data.set_attrs({.num_workers = workers});
                for (const int epoch : {0, 1}) check_batches(f, name, data, epoch);
            }
    }

    TEST_CASE("datasets: rows of Vars, and a loop that is left and begun again") {
        const Fixture f("dataset.npz");
        TensorDataset rows(arange(22, float32).reshape(11, 2), arange(11));
        rows.set_attrs({.batch_size = 5, .shuffle = true});
        for (const int epoch : {0, 1}) check_batches(f, "rows", rows, epoch);
        for (const int workers : {0, 1}) {
            Shapes left;
            left.set_attrs({.batch_size = 4, .shuffle = true, .num_workers = workers});
            check_batches(f, "left", left, 0, 2);
            check_batches(f, "left", left, 1);
        }
    }

    TEST_CASE("datasets: orders of samplers") {
        const Fixture f("dataset.npz");
        Shapes data;
        const BatchSampler batches(RandomSampler(data), 5, false), whole(RandomSampler(data), 5, true);
        check_batch_sampler(batches, f["batch_sampler.False"]);
        check_batch_sampler(whole, f["batch_sampler.True"]);
        data.set_attrs({.total_len = 1000});
        set_global_seed(9);
        check_orders(RandomSampler(data), f["random_order"]);
        check_orders(RandomSampler(data, {.replacement = true, .num_samples = 300}), f["replaced_order"]);
        check_orders(SubsetRandomSampler(data, {100, 900}), f["subset_order"]);
    }
}
