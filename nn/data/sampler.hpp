// Samplers: which items of a dataset an epoch visits, and in which order.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "../../core/numpy_random.hpp"

namespace jt::dataset {

class AnyDataset;

/// Gives an order for each epoch. What `Sampler(data, std::make_shared<Mine>())` makes of one is a sampler.
class Order {
public:
    Order() = default;
    Order(const Order&) = delete;
    Order& operator=(const Order&) = delete;
    virtual ~Order() = default;

    /// The items of the next epoch, by their indices.
    virtual std::vector<std::int64_t> next() = 0;
    /// How many they are.
    virtual std::int64_t size() const = 0;
    /// What checkpoints keep of it, always as many words; and back. Nothing, unless it has a random stream of its own.
    virtual drawing::Words state() const { return {}; }
    virtual void set_state(const drawing::Words&) {}
};

/// A handle of an order. Making one gives the order to a dataset, as in Jittor, which keeps it, whatever becomes of the
/// handle; it takes the place of `shuffle` and of an earlier sampler. The handle knows the dataset's size as it was.
class Sampler {
public:
    Sampler(AnyDataset& data, std::shared_ptr<Order> order);

    /// Jittor's `list(sampler)`: draws an epoch, which the dataset then does not see.
    std::vector<std::int64_t> indices() const { return order_->next(); }
    std::int64_t size() const { return order_->size(); }

private:
    std::shared_ptr<Order> order_;
};

/// 0, 1, 2, ...
class SequentialSampler : public Sampler {
public:
    explicit SequentialSampler(AnyDataset& data);
};

struct RandomSamplerOptions {
    bool replacement = false;
    std::optional<std::int64_t> num_samples = {};  ///< as many as there are items, unless given
};

/// A random order, or num_samples draws with replacement, from NumPy's default_rng(1), one generator a sampler. Without
/// replacement it is the first num_samples of the order (Jittor gives all). Throws a ValueError for num_samples below
/// 1, and for more than there are items without replacement.
class RandomSampler : public Sampler {
public:
    explicit RandomSampler(AnyDataset& data, const RandomSamplerOptions& options = {});
};

/// The items from `indices.first` up to, without, `indices.second`, in an order that NumPy's global stream draws, which
/// set_global_seed starts. Throws an IndexError unless there are such items.
class SubsetRandomSampler : public Sampler {
public:
    SubsetRandomSampler(AnyDataset& data, std::pair<std::int64_t, std::int64_t> indices);
};

/// The indices of a sampler, batch_size at a time; what is left over is a smaller one, unless drop_last. Throws a
/// ValueError for a batch_size below 1.
class BatchSampler {
public:
    BatchSampler(Sampler sampler, std::int64_t batch_size, bool drop_last);

    std::vector<std::vector<std::int64_t>> indices() const;
    std::int64_t size() const;

private:
    Sampler sampler_;
    std::int64_t batch_size_;
    bool drop_last_;
};

}  // namespace jt::dataset
