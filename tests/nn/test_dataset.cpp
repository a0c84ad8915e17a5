// Datasets: what a batch is made of, loops, workers, parts, and each error's text.
#include "../../nn/data/dataset.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <latch>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "../../autograd/grad.hpp"
#include "../../core/numpy_random.hpp"
#include "../../core/python_random.hpp"
#include "../../core/random.hpp"
#include "../../nn/data/subset.hpp"
#include "../../nn/data/tensor_dataset.hpp"
#include "../check.hpp"

using namespace jt;
using namespace jt::dataset;

namespace {

using List = std::vector<std::int64_t>;

// 0, 1, 2, ...
struct Counting : Dataset<std::int64_t> {
    explicit Counting(std::int64_t n) : n(n) {}
    std::int64_t size() const override { return n; }
    std::tuple<std::int64_t> item(std::int64_t k) const override { return {k}; }

    std::int64_t n;
};

// A Var, and each kind of number and word.
struct Mixed : Dataset<Var, bool, std::size_t, float, std::string> {
    std::int64_t size() const override { return 3; }
    std::tuple<Var, bool, std::size_t, float, std::string> item(std::int64_t k) const override {
        return {numbers[k], k == 1, static_cast<std::size_t>(k), 0.5F, std::string("abc").substr(0, k)};
    }

    Var numbers = arange(12, float64).reshape({3, 2, 2});
};

// Item k has k elements, and the last one none of its own.
struct Ragged : Dataset<Var> {
    std::int64_t size() const override { return 4; }
    std::tuple<Var> item(std::int64_t k) const override { return {k < 3 ? ones({k + 1}) : Var()}; }
};

// As long as the longest.
struct Padded : Ragged {
    std::int64_t size() const override { return 3; }
    Batch collate_batch(const Items& items) const override {
        Var out = zeros({static_cast<std::int64_t>(items.size()), 3});
        for (std::size_t k = 0; k < items.size(); ++k)
            out[{static_cast<int>(k), to(items.indices[k] + 1)}] = std::get<0>(items[k]);
        return {out};
    }
};

struct Failing : Dataset<std::int64_t> {
    std::int64_t size() const override { return 10; }
    std::tuple<std::int64_t> item(std::int64_t k) const override {
        if (k == 7) fail<ValueError>("item 7 is torn");
        return {k};
    }
};

struct Fixed : Order {
    explicit Fixed(List indices) : indices(std::move(indices)) {}
    List next() override { return indices; }
    std::int64_t size() const override { return static_cast<std::int64_t>(indices.size()); }

    List indices;
};

// Ends the process unless it dies within a minute: a thread that waits for ever cannot be ended otherwise.
class Deadline {
public:
    Deadline()
        : thread_([](const std::stop_token& stop) {
              std::mutex mutex;
              std::unique_lock lock(mutex);
              std::condition_variable_any ended;
              if (!ended.wait_for(lock, stop, std::chrono::minutes(1), [&] { return stop.stop_requested(); })) {
                  std::fputs("test_dataset: a thread waits for ever\n", stderr);
                  std::_Exit(1);
              }
          }) {}

private:
    std::jthread thread_;
};

// Item 1 acts, once everybody is ready; one by one on a worker.
struct Advancing : Counting {
    using Loop = BatchIterator<Dataset<std::int64_t>>;

    Advancing(std::latch& ready, std::latch& done) : Counting(3), ready(ready), done(done) {
        set_attrs({.batch_size = 1, .num_workers = 1});
    }
    std::tuple<std::int64_t> item(std::int64_t k) const override {
        if (k != 1) return {k};
        ready.arrive_and_wait();
        try {
            act();
        } catch (const ValueError&) {
            ++refused;
            done.count_down();
            throw;
        }
        done.count_down();
        return {k};
    }

    std::latch &ready, &done;
    std::function<void()> act;
    mutable std::atomic<int> refused = 0;
};

const char* const stuck =
    "Dataset: needs loops whose items do not wait for each other, got one that waits for this item";

// The items of an epoch, batch by batch, of a dataset of one number.
std::vector<List> epoch_of(auto& data) {
    std::vector<List> batches;
    for (auto [x] : data) batches.push_back(x.template to_vector<std::int64_t>());
    return batches;
}

}  // namespace

TEST_SUITE("nn") {
    TEST_CASE("each kind of value is collated; Vars keep their dtype and have no gradients until they are asked for") {
        Mixed data;
        for (const int workers : {0, 1}) {
            data.set_attrs({.batch_size = 2, .num_workers = workers});
            auto batch = data.begin();
            {
                auto [x, flag, whole, half, word] = *batch;
                CHECK_SAME(x, arange(8, float64).reshape({2, 2, 2}));
                CHECK_SAME(flag, array({0, 1}));
                CHECK_SAME(whole, array({0, 1}));
                CHECK_SAME(half, array({0.5, 0.5}));
                CHECK_EQ(word, std::vector<std::string>{"", "a"});
                CHECK(!x.requires_grad());
                x.start_grad();
                CHECK_SAME(grad((x * 2).sum(), x), full({2, 2, 2}, 2, float64));
            }
            ++batch;
            CHECK_EQ(std::get<0>(*batch).shape(), Shape{1, 2, 2});  // a last batch of one
            CHECK_EQ(std::get<2>(*batch).shape(), Shape{1});
            CHECK_SAME(std::get<2>(*batch), array({2}));
            CHECK(++batch == data.end());
        }
    }

    TEST_CASE("what is set acts from the next epoch on, and what is not given stays") {
        Counting data(5);
        CHECK_EQ(epoch_of(data), std::vector<List>{{0, 1, 2, 3, 4}});
        CHECK_EQ(epoch_of(data.set_attrs({.batch_size = 2})), std::vector<List>{{0, 1}, {2, 3}, {4}});
        CHECK_EQ(data.batch_len(), 3);
        CHECK_EQ(data.total_len(), 5);
        data.set_attrs({.drop_last = true});
        CHECK_EQ(epoch_of(data), std::vector<List>{{0, 1}, {2, 3}});
        CHECK_EQ(data.batch_len(), 2);
        data.set_attrs({.total_len = 3});
        CHECK_EQ(epoch_of(data), std::vector<List>{{0, 1}});
        data.set_attrs({.batch_size = 4});
        CHECK_EQ(epoch_of(data), std::vector<List>{});
        CHECK_EQ(data.batch_len(), 0);
        auto& loader = DataLoader(data, {.batch_size = 1});
        CHECK_EQ(epoch_of(loader), std::vector<List>{{0}, {1}, {2}});
    }

    TEST_CASE("attributes that change inside a loop leave it alone, and loops of one dataset are apart") {
        Counting data(4);
        data.set_attrs({.batch_size = 2});
        std::vector<List> seen;
        for (auto [x] : data) {
            data.set_attrs({.batch_size = 3});
            seen.push_back(x.to_vector<std::int64_t>());
            CHECK_EQ(epoch_of(data), std::vector<List>{{0, 1, 2}, {3}});
        }
        CHECK_EQ(seen, std::vector<List>{{0, 1}, {2, 3}});
    }

    TEST_CASE("a batch holds its memory, and item and collate_batch run under no_grad") {
        struct Learned : Dataset<Var> {
            std::int64_t size() const override { return 3; }
            std::tuple<Var> item(std::int64_t k) const override { return {w * static_cast<double>(k)}; }
            Var w = ones({2});
        };
        Learned data;
        for (const int workers : {0, 1})
            for (auto [x] : data.set_attrs({.num_workers = workers})) {
                CHECK(!x.requires_grad());
                CHECK_SAME(x, array({{0., 0.}, {1., 1.}, {2., 2.}}));
            }
        CHECK(data.w.requires_grad());
    }

    TEST_CASE("an order of one's own; the dataset keeps it, and batch_len counts it") {
        Counting data(5);
        Sampler(data, std::make_shared<Fixed>(List{4, 0, 0}));
        data.set_attrs({.batch_size = 2, .shuffle = true});
        CHECK_EQ(epoch_of(data), std::vector<List>{{4, 0}, {0}});
        CHECK_EQ(data.batch_len(), 2);
        Sampler(data, std::make_shared<Fixed>(List{}));
        CHECK_EQ(epoch_of(data), std::vector<List>{});
        const SequentialSampler all(data);
        CHECK_EQ(all.indices(), List{0, 1, 2, 3, 4});
        CHECK_EQ(all.size(), 5);
        CHECK_EQ(epoch_of(data).size(), 3);
    }

    TEST_CASE("num_samples without replacement is the beginning of the order") {
        Counting data(9);
        const auto whole = RandomSampler(data).indices(), part = RandomSampler(data, {.num_samples = 4}).indices();
        CHECK_EQ(part, List(whole.begin(), whole.begin() + 4));
        Counting single(1);
        CHECK_EQ(RandomSampler(single, {.replacement = true, .num_samples = 3}).indices(), List{0, 0, 0});
    }

    TEST_CASE("a collate_batch of one's own") {
        Padded data;
        for (auto [x] : data) CHECK_SAME(x, array({{1., 0., 0.}, {1., 1., 0.}, {1., 1., 1.}}));
    }

    TEST_CASE("a batch is the loop's own, even where collate_batch gives what the dataset holds") {
        struct Held : Counting {
            Held() : Counting(2) {}
            Batch collate_batch(const Items&) const override { return {held}; }
            Var held = ones({2});
        };
        Held data;
        for (const int workers : {0, 1})
            for (auto [x] : data.set_attrs({.num_workers = workers})) {
                CHECK(!x.requires_grad());
                x.assign(zeros({2}));
            }
        CHECK_SAME(data.held, ones({2}));
    }

    TEST_CASE("rows of Vars: items, batches of each rank, what is written is seen") {
        Var x = array({{0., 1.}, {2., 3.}, {4., 5.}});
        TensorDataset data(x, x[{_, 0}], array({7, 8, 9}, int64));
        CHECK_SAME(std::get<0>(data[1]), array({2., 3.}));
        x[1] = 5;
        data.set_attrs({.batch_size = 2, .num_workers = 1});
        auto batch = data.begin();
        const auto [rows, column, classes] = *batch;
        CHECK_SAME(rows, array({{0., 1.}, {5., 5.}}));
        CHECK_SAME(column, array({0., 2.}));
        CHECK_SAME(classes, array({7, 8}, int64));
        ++batch;
        CHECK_EQ(std::get<0>(*batch).shape(), Shape{1, 2});
        CHECK_EQ(std::get<1>(*batch).shape(), Shape{1});
    }

    TEST_CASE("parts: each item once, drawn from the seed, with attributes of their own") {
        Counting data(10);
        data.set_attrs({.batch_size = 2, .shuffle = true});
        set_global_seed(3);
        auto [train, test] = random_split(data, {7, 3});
        set_global_seed(3);
        const auto order = randperm(10).to_vector<std::int64_t>();
        CHECK_EQ(epoch_of(train), std::vector<List>{List(order.begin(), order.begin() + 7)});
        CHECK_EQ(epoch_of(test), std::vector<List>{List(order.begin() + 7, order.end())});
        CHECK_EQ(std::get<0>(test[1]), order[8]);
        TensorDataset rows(arange(4));
        Subset<Var> odd(rows, {1, 3});
        odd.set_attrs({.num_workers = 1});
        CHECK_EQ(epoch_of(odd), std::vector<List>{{1, 3}});
    }

    TEST_CASE("a worker: what item throws reaches the loop, which may be left and begun again") {
        Failing data;
        for (const int workers : {0, 1}) {
            data.set_attrs({.batch_size = 2, .num_workers = workers});
            int batches = 0;
            const auto run = [&] {
                for (auto [x] : data) ++batches;
            };
            CHECK_THROWS_WITH_AS(run(), "item 7 is torn", ValueError);
            CHECK_EQ(batches, 3);
            for (auto [x] : data) break;
            CHECK_THROWS_WITH_AS(run(), "item 7 is torn", ValueError);
            auto torn = data.begin();
            for (int k = 0; k < 2; ++k) ++torn;
            CHECK_THROWS_AS(++torn, ValueError);
            CHECK(torn == data.end());
            CHECK_THROWS_AS(*torn, std::bad_optional_access);
            ++torn;
            CHECK_EQ(std::get<0>(*torn).to_vector<std::int64_t>(), List{8, 9});
        }
    }

    TEST_CASE("a worker makes batches while the loop computes, on a thread of its own") {
        struct Where : Dataset<Var, bool> {
            std::int64_t size() const override { return 40; }
            std::tuple<Var, bool> item(std::int64_t k) const override {
                return {images[k] * 2, std::this_thread::get_id() == home};
            }
            Var images = arange(400, float32).reshape({40, 10});
            std::thread::id home = std::this_thread::get_id();
        };
        Where data;
        data.set_attrs({.batch_size = 3, .num_workers = 1});
        Var w = ones({10}), sum = zeros({1});
        for (int epoch = 0; epoch < 3; ++epoch)
            for (auto [x, home] : data) {
                CHECK_EQ(home.sum().item(), 0);
                w.assign(w - grad((x * w).mean(), w) * 1e-3);
                sum += x.sum();
            }
        CHECK_EQ(sum.item(), 3 * 2 * 399 * 200);
    }

    TEST_CASE("a worker is one batch ahead, and ends with its loop") {
        struct Counted : Counting {
            Counted() : Counting(100) {}
            std::tuple<std::int64_t> item(std::int64_t k) const override { return ++made, Counting::item(k); }
            mutable std::atomic<int> made = 0;
        };
        Counted data;
        data.set_attrs({.batch_size = 2, .num_workers = 1});
        for (auto [x] : data)
            if (x[0].item() == 4) break;
        const int made = data.made;
        CHECK_GE(made, 6);
        CHECK_LE(made, 8);
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        CHECK_EQ(data.made, made);
    }

    TEST_CASE("loops over a dataset and its parts may run inside each other, each with a worker") {
        struct Rows : Dataset<Var> {
            std::int64_t size() const override { return 30; }
            std::tuple<Var> item(std::int64_t k) const override {
                const Var counted = rows;
                return {counted[k]};
            }
            Var rows = arange(90).reshape({30, 3});
        };
        Rows data;
        auto [first, second] = random_split(data, {20, 10});
        for (AnyDataset* part : std::initializer_list<AnyDataset*>{&data, &first, &second})
            part->set_attrs({.batch_size = 4, .shuffle = true, .num_workers = 1});
        double sum_of_data = 0, sum_of_parts = 0;
        for (auto [x] : data) {
            sum_of_data += x.sum().item();
            for (auto [y] : first) {
                sum_of_parts += y.sum().item();
                for (auto [z] : second) sum_of_data += 0 * z.sum().item();
            }
            for (auto [z] : second) sum_of_parts += z.sum().item();
        }
        CHECK_EQ(sum_of_data, 90 * 89 / 2);
        CHECK_EQ(sum_of_parts, 8 * 90 * 89 / 2);
    }

    TEST_CASE("a loop inside of item goes over the dataset itself and its parts") {
        struct Centred : Counting {
            Centred() : Counting(6) {}
            std::tuple<std::int64_t> item(std::int64_t k) const override {
                if (std::exchange(began, true)) return {k};
                double sum = 0;
                for (auto [x] : *part) sum += x.sum().item();
                for (auto [x] : *self) sum += 100 * x.sum().item();
                return {static_cast<std::int64_t>(sum)};
            }

            mutable bool began = false;
            Centred* self = this;
            Subset<std::int64_t>* part = nullptr;
        };
        for (const int workers : {0, 1})
            for (const int inner_workers : {0, 1}) {
                Centred data;
                Subset<std::int64_t> part(data, {4, 5});
                Subset<std::int64_t> all(data, {0, 1, 2, 3, 4, 5});
                data.part = &part;
                part.set_attrs({.batch_size = 1, .num_workers = inner_workers});
                data.set_attrs({.batch_size = 4, .num_workers = inner_workers});
                all.set_attrs({.batch_size = 3, .num_workers = workers});
                CHECK_EQ(epoch_of(all), std::vector<List>{{1509, 1, 2}, {3, 4, 5}});
                data.began = false;
                data.set_attrs({.batch_size = 6, .num_workers = workers});
                CHECK_EQ(epoch_of(data), std::vector<List>{{1509, 1, 2, 3, 4, 5}});
            }
    }

    TEST_CASE("a loop with a worker, begun before, does not go on inside of item") {
        struct Late : Counting {
            Late() : Counting(8) {}
            std::tuple<std::int64_t> item(std::int64_t k) const override {
                if (loop) ++*loop.load();
                return {k};
            }

            std::atomic<BatchIterator<Dataset>*> loop = nullptr;
        } data;
        Subset<std::int64_t> part(data, {0, 1, 2, 3, 4, 5});
        part.set_attrs({.batch_size = 1, .num_workers = 1});
        auto loop = part.begin();
        while (std::get<0>(*loop).item() < 3) ++loop;
        Counting others(8);
        Subset<std::int64_t> apart(others, {7, 6, 5});
        apart.set_attrs({.batch_size = 1, .num_workers = 1});
        auto other = apart.begin();
        std::this_thread::sleep_for(std::chrono::milliseconds(100));  // the workers are through with their batches
        data.loop = &loop;
        CHECK_THROWS_WITH_AS(data.begin(),
                             "Dataset: needs a loop with a worker to go on outside of item, got one begun before it",
                             ValueError);
        data.loop = &other;
        data.set_attrs({.batch_size = 2});
        data.begin();
        CHECK_EQ(std::get<0>(*other).item(), 5);
    }

    TEST_CASE("two workers whose items loop over each other's source go on") {
        struct Crossing : Counting {
            Crossing(std::latch& both) : Counting(3), both(both) {}
            std::tuple<std::int64_t> item(std::int64_t k) const override {
                if (k != 1) return {k};
                both.arrive_and_wait();  // each makes its batch now, and wants the other's source
                std::int64_t sum = 100;
                for (auto [x] : *other) sum += x.sum().item<std::int64_t>();
                return {sum};
            }

            std::latch& both;
            Subset<std::int64_t>* other = nullptr;
        };
        for (int round = 0; round < 3; ++round) {
            std::latch both(2);
            Crossing a(both), b(both);
            Subset<std::int64_t> of_a(a, {0}), of_b(b, {0, 2});
            a.other = &of_b;
            b.other = &of_a;
            for (auto* data : {&a, &b}) data->set_attrs({.batch_size = 1, .num_workers = 1});
            auto first = a.begin();
            auto second = b.begin();
            CHECK_EQ(std::get<0>(*++first).item(), 102);
            CHECK_EQ(std::get<0>(*++second).item(), 100);
        }
    }

    TEST_CASE("loops whose items wait for each other's workers throw instead of waiting for ever") {
        for (const std::size_t n : {2, 3})
            for (int round = 0; round < 3; ++round) {
                const Deadline deadline;
                std::latch ready(static_cast<std::ptrdiff_t>(n) + 1), done(static_cast<std::ptrdiff_t>(n));
                std::vector<std::unique_ptr<Advancing>> circle;
                for (std::size_t k = 0; k < n; ++k) circle.push_back(std::make_unique<Advancing>(ready, done));
                std::vector<std::optional<Advancing::Loop>> loops(n);
                for (std::size_t k = 0; k < n; ++k) circle[k]->act = [&loop = loops[(k + 1) % n]] { ++*loop; };
                for (std::size_t k = 0; k < n; ++k) loops[k].emplace(circle[k]->begin());
                ready.count_down();
                done.wait();
                // One item was refused; its loop stands where it stood, and the error went round to it.
                CHECK_EQ(circle[0]->refused + circle[1]->refused + (n == 3 ? circle[2]->refused.load() : 0), int(n));
                std::size_t threw = 0;
                for (auto& loop : loops) {
                    try {
                        ++*loop;
                    } catch (const ValueError& error) {
                        ++threw;
                        CHECK_EQ(std::string(error.what()), stuck);
                        ++*loop;
                    }
                    CHECK_EQ(std::get<0>(**loop).item(), 2);
                }
                CHECK_EQ(threw, 1);
            }
    }

    TEST_CASE("what waits for a loop's worker throws where an item that it waits for ends the loop") {
        const Deadline deadline;
        std::latch ready(3), done(2);
        Advancing a(ready, done), b(ready, done);
        std::optional<Advancing::Loop> of_a, of_b;
        a.act = [&] { ++*of_b; };
        b.act = [&] { of_a.reset(); };
        of_a.emplace(a.begin());
        of_b.emplace(b.begin());
        ready.count_down();
        done.wait();
        CHECK_EQ(a.refused, 1);
        CHECK_EQ(b.refused, 0);
        CHECK_EQ(std::get<0>(*++*of_b).item(), 1);
    }

    TEST_CASE("an item may end a loop over a part of its source") {
        struct Ending : Counting {
            Ending() : Counting(4) {}
            std::tuple<std::int64_t> item(std::int64_t k) const override {
                if (k == 0) {
                    std::thread([this] { ++*loop; }).join();  // its worker wants to make the next batch now
                    loop.reset();
                }
                return {k};
            }
            mutable std::optional<BatchIterator<Dataset>> loop;
        } data;
        const Deadline deadline;
        Subset<std::int64_t> part(data, {3, 2, 1, 0});
        part.set_attrs({.batch_size = 1, .num_workers = 1});
        auto loop = part.begin();
        std::this_thread::sleep_for(std::chrono::milliseconds(100));  // the worker is through with its batch
        data.loop.emplace(std::move(loop));
        CHECK_EQ(std::get<0>(*data.begin()).numel(), 4);
        CHECK(!data.loop);
    }

    TEST_CASE("a loop that is refused stands where it stood") {
        struct Asking : Counting {
            Asking() : Counting(3) {}
            std::tuple<std::int64_t> item(std::int64_t k) const override {
                if (k != 1) return {k};
                ready.wait();
                ++**loop;  // of the very loader that asks
                return {k};
            }
            mutable std::latch ready = std::latch(1);
            std::optional<BatchIterator<Dataset>>* loop = nullptr;
        } data;
        const Deadline deadline;
        std::optional<BatchIterator<Dataset<std::int64_t>>> loop;
        data.loop = &loop;
        data.set_attrs({.batch_size = 1, .num_workers = 1});
        loop.emplace(data.begin());
        data.ready.count_down();
        CHECK_THROWS_WITH_AS(++*loop,
                             "Dataset: needs a loop with a worker to go on outside of item, got one begun before it",
                             ValueError);
        CHECK_EQ(std::get<0>(*++*loop).item(), 2);
    }

    TEST_CASE("DataLoader gives the dataset itself back") {
        Counting data(3);
        Counting& loader = DataLoader(data, {.batch_size = 2});
        CHECK_EQ(&loader, &data);
        CHECK_EQ(loader.batch_len(), 2);
    }

    TEST_CASE("each error's text") {
        Counting none(0), five(5);
        Ragged ragged;
        CHECK_THROWS_WITH_AS(none.begin(), "Dataset: needs at least one item, got 0", ValueError);
        CHECK_THROWS_WITH_AS(five.set_attrs({.batch_size = 0}), "set_attrs: needs batch_size of 1 or more, got 0",
                             ValueError);
        CHECK_THROWS_WITH_AS(five.set_attrs({.batch_size = 2, .total_len = -1}),
                             "set_attrs: needs total_len of 0 or more, got -1", ValueError);
        CHECK_THROWS_WITH_AS(five.set_attrs({.batch_size = 2, .num_workers = 4}),
                             "set_attrs: needs num_workers of 0 or 1, got 4", ValueError);
        CHECK_EQ(five.batch_len(), 1);  // a call that throws sets nothing
        CHECK_THROWS_WITH_AS(five[5], "Dataset: needs an item from 0 to 4, got 5", IndexError);
        CHECK_THROWS_WITH_AS(five[-1], "Dataset: needs an item from 0 to 4, got -1", IndexError);
        CHECK_THROWS_WITH_AS(five.batch({}), "collate_batch: needs at least one item, got none", ValueError);
        CHECK_THROWS_WITH_AS(ragged.batch({1, 1, 0}),
                             "collate_batch: needs Vars of one shape, got (2,) in item 1 and (1,) in item 0",
                             ShapeError);
        CHECK_THROWS_WITH_AS(dataset::collate_batch(Items<Var>{{{ones({2})}, {ones({3})}}, {}}),
                             "collate_batch: needs Vars of one shape, got (2,) in item 0 and (3,) in item 1",
                             ShapeError);
        CHECK_THROWS_WITH_AS(ragged.batch({3}), "collate_batch: needs a Var in item 3, got an empty one", GraphError);
        struct Unsized : Dataset<int> {
            std::tuple<int> item(std::int64_t) const override { return {1}; }
        } without;
        CHECK_THROWS_WITH_AS(without.begin(), "Dataset: needs a size() of its own, or set_attrs({.total_len = n})",
                             ValueError);
        struct Huge : Dataset<std::size_t> {
            std::int64_t size() const override { return 1; }
            std::tuple<std::size_t> item(std::int64_t) const override { return {std::string::npos}; }
        } huge;
        CHECK_THROWS_AS(huge.begin(), ValueError);
    }

    TEST_CASE("each error's text of samplers and parts") {
        Counting five(5);
        CHECK_THROWS_WITH_AS(Sampler(five, nullptr), "Sampler: needs an order, got none", ValueError);
        CHECK_THROWS_WITH_AS(RandomSampler(five, {.num_samples = 0}),
                             "RandomSampler: needs num_samples of 1 or more, got 0", ValueError);
        CHECK_THROWS_WITH_AS(RandomSampler(five, {.num_samples = 6}),
                             "RandomSampler: needs replacement for more than the 5 items, got 6", ValueError);
        CHECK_THROWS_WITH_AS(SubsetRandomSampler(five, {2, 6}),
                             "SubsetRandomSampler: needs items from 0 up to 5, got (2, 6)", IndexError);
        CHECK_THROWS_AS(SubsetRandomSampler(five, {-1, 3}), IndexError);
        CHECK_THROWS_AS(SubsetRandomSampler(five, {3, 3}), IndexError);
        CHECK_THROWS_WITH_AS(BatchSampler(SequentialSampler(five), 0, false),
                             "BatchSampler: needs batch_size of 1 or more, got 0", ValueError);
        for (const std::int64_t k : {-1, 5}) {
            Sampler(five, std::make_shared<Fixed>(List{0, k}));
            CHECK_THROWS_WITH_AS(five.begin(),
                                 ("Dataset: needs a sampler of items from 0 to 4, got " + std::to_string(k)).c_str(),
                                 IndexError);
        }
        CHECK_THROWS_WITH_AS(TensorDataset(ones({3, 2}), ones({2})),
                             "TensorDataset: needs Vars of one length, got shapes (3, 2) and (2,)", ShapeError);
        for (const Var& x : {Var(), ones({2})})
            CHECK_THROWS_WITH_AS(TensorDataset(x, x.defined() ? Var() : ones({2})),
                                 "TensorDataset: needs a Var that holds something, got an empty one", GraphError);
        CHECK_THROWS_WITH_AS(Subset<std::int64_t>(five, {0, 5}), "Subset: needs items from 0 to 4, got 5", IndexError);
        Subset<std::int64_t> part(five, {0, 2});
        CHECK_THROWS_WITH_AS(part.item(2), "Subset: needs an item from 0 to 1, got 2", IndexError);
        CHECK_THROWS_AS(part.batch({0, 2}), IndexError);
        for (const std::int64_t last : {-1, 1, 3})
            CHECK_THROWS_WITH_AS(
                random_split(five, {3, last}),
                ("random_split: needs lengths of 0 or more that add up to 5, got (3, " + std::to_string(last) + ")")
                    .c_str(),
                ValueError);
        CHECK_THROWS_AS(random_split(five, {3, -1, 3}), ValueError);
    }

    TEST_CASE("what transforms draw is the same with and without a worker, and the process goes on from there") {
        struct Drawing : Dataset<double, std::int64_t> {
            std::int64_t size() const override { return 20; }
            std::tuple<double, std::int64_t> item(std::int64_t) const override {
                const auto first = drawing::python_random();
                return {first, drawing::numpy_randint(1000)};
            }
        } data;
        const auto drawn = [&](int workers, bool leave) {
            set_global_seed(3);
            data.set_attrs({.batch_size = 3, .num_workers = workers});
            std::vector<double> out;
            for (auto [x, y] : data) {
                for (const Var& v : {x, y})
                    for (const double number : v.to_vector<double>()) out.push_back(number);
                if (leave && out.size() > 20) break;
            }
            out.push_back(drawing::python_random());
            return out;
        };
        CHECK(drawn(0, false) == drawn(1, false));
        CHECK(drawn(0, true) == drawn(1, true));
    }

    TEST_CASE("what a worker's items draw from Jittor's stream leaves that of the loop alone, and runs on") {
        struct Drawing : Dataset<Var> {
            std::int64_t size() const override { return 8; }
            std::tuple<Var> item(std::int64_t) const override { return {rand({2})}; }
        };
        const auto epoch = [](Drawing& data) {
            std::vector<Var> out;
            for (auto [x] : data) out.push_back(x);
            return concat(out, 0);
        };
        set_global_seed(3);
        const Var here = rand({16});
        set_global_seed(3);
        Drawing data, twin;
        data.set_attrs({.batch_size = 3, .num_workers = 1}), twin.set_attrs({.batch_size = 3, .num_workers = 1});
        const Var first = epoch(data);
        CHECK_FALSE(test::bitwise_equal(first.flatten(), here));
        const Var second = epoch(data);
        CHECK_FALSE(test::bitwise_equal(first, second));
        CHECK_SAME(rand({16}), here);
        set_global_seed(3);
        CHECK_SAME(epoch(twin), first);
        twin.load_state_dict(twin.state_dict());
        CHECK_SAME(epoch(twin), second);
    }
}
