#include "sampler.hpp"

#include "../../core/error.hpp"
#include "any_dataset.hpp"

namespace jt::dataset {

namespace {

class InOrder : public Order {
public:
    explicit InOrder(std::int64_t n) : n_(n) {}
    std::vector<std::int64_t> next() override { return detail::indices_up_to(n_); }
    std::int64_t size() const override { return n_; }

private:
    std::int64_t n_;
};

class Random : public Order {
public:
    Random(std::int64_t n, const RandomSamplerOptions& options)
        : n_(n), samples_(options.num_samples.value_or(n)), replacement_(options.replacement) {
        if (options.num_samples && samples_ < 1)
            fail<ValueError>("RandomSampler: needs num_samples of 1 or more, got ", samples_);
        if (!replacement_ && samples_ > n_)
            fail<ValueError>("RandomSampler: needs replacement for more than the ", n_, " items, got ", samples_);
    }
    std::vector<std::int64_t> next() override {
        if (replacement_) return rng_.integers(n_, samples_);
        auto order = rng_.permutation(n_);
        order.resize(static_cast<std::size_t>(samples_));
        return order;
    }
    std::int64_t size() const override { return samples_; }
    drawing::Words state() const override { return rng_.state(); }
    void set_state(const drawing::Words& words) override { rng_.set_state(words); }

private:
    std::int64_t n_, samples_;
    bool replacement_;
    drawing::DefaultRng rng_ = drawing::DefaultRng(1);
};

class RandomPart : public Order {
public:
    RandomPart(std::int64_t n, std::int64_t low, std::int64_t high) : low_(low), high_(high) {
        if (low < 0 || low >= high || high > n)
            fail<IndexError>("SubsetRandomSampler: needs items from 0 up to ", n, ", got (", low, ", ", high, ")");
    }
    std::vector<std::int64_t> next() override {
        auto order = drawing::numpy_permutation(high_ - low_);
        for (auto& k : order) k += low_;
        return order;
    }
    std::int64_t size() const override { return high_ - low_; }

private:
    std::int64_t low_, high_;
};

}  // namespace

Sampler::Sampler(AnyDataset& data, std::shared_ptr<Order> order) : order_(std::move(order)) {
    if (!order_) fail<ValueError>("Sampler: needs an order, got none");
    data.order_ = order_;
}

SequentialSampler::SequentialSampler(AnyDataset& data) : Sampler(data, std::make_shared<InOrder>(data.total_len())) {}

RandomSampler::RandomSampler(AnyDataset& data, const RandomSamplerOptions& options)
    : Sampler(data, std::make_shared<Random>(data.total_len(), options)) {}

SubsetRandomSampler::SubsetRandomSampler(AnyDataset& data, std::pair<std::int64_t, std::int64_t> indices)
    : Sampler(data, std::make_shared<RandomPart>(data.total_len(), indices.first, indices.second)) {}

BatchSampler::BatchSampler(Sampler sampler, std::int64_t batch_size, bool drop_last)
    : sampler_(std::move(sampler)), batch_size_(batch_size), drop_last_(drop_last) {
    if (batch_size < 1) fail<ValueError>("BatchSampler: needs batch_size of 1 or more, got ", batch_size);
}

std::vector<std::vector<std::int64_t>> BatchSampler::indices() const {
    const Epoch epoch(sampler_.indices(), batch_size_, drop_last_);
    std::vector<std::vector<std::int64_t>> batches;
    for (std::int64_t k = 0; k < epoch.batch_len; ++k) batches.push_back(epoch.batch(k));
    return batches;
}

std::int64_t BatchSampler::size() const { return detail::count_batches(sampler_.size(), batch_size_, drop_last_); }

}  // namespace jt::dataset
