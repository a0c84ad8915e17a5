// What datasets of all kinds of items share: attributes, and the order of an epoch.
#pragma once
#include <memory>
#include <mutex>

#include "../../core/numpy_random.hpp"
#include "../module/state.hpp"
#include "sampler.hpp"
#include "turn.hpp"

namespace jt::dataset {

/// Those that are given are changed. Jittor's defaults: batch_size 16, no shuffle, no drop_last, num_workers 0.
struct Attrs {
    std::optional<std::int64_t> batch_size = {};  ///< 1 or more
    std::optional<std::int64_t> total_len = {};   ///< the number of items, in place of what size() says
    std::optional<bool> shuffle = {}, drop_last = {};
    std::optional<std::int64_t> num_workers = {};  ///< 1: a thread makes the next batch while the loop runs
};

namespace detail {
/// 0, 1, ... n - 1.
std::vector<std::int64_t> indices_up_to(std::int64_t n);
/// Of batch_size items each; what is left over makes one more, unless drop_last.
std::int64_t count_batches(std::int64_t items, std::int64_t batch_size, bool drop_last);
}  // namespace detail

/// An order taken apart into batches, and how many of them a loop has been given.
struct Epoch {
    std::vector<std::int64_t> order;
    std::int64_t batch_size, batch_len, taken = 0;
    std::shared_ptr<std::uint32_t> own_stream;  ///< where a worker's items draw what others draw from Jittor's stream

    Epoch(std::vector<std::int64_t> order, std::int64_t batch_size, bool drop_last);
    /// The indices of the k-th batch.
    std::vector<std::int64_t> batch(std::int64_t k) const;
    /// What is still to come.
    std::vector<std::int64_t> rest() const;
};

/// What samplers and loops know of a dataset.
class AnyDataset {
public:
    AnyDataset() = default;
    AnyDataset(const AnyDataset&) = delete;
    AnyDataset& operator=(const AnyDataset&) = delete;
    virtual ~AnyDataset() = default;

    /// The number of items. Throws a ValueError unless overridden or set as total_len.
    virtual std::int64_t size() const;
    std::int64_t total_len() const { return total_len_ ? *total_len_ : size(); }
    /// The number of batches of an epoch.
    std::int64_t batch_len() const;
    /// How many of them the next loop leaves out, since they came before the state that was loaded.
    std::int64_t batches_before() const;
    /// Acts from the next epoch on. Throws a ValueError for a batch_size below 1, a total_len below 0, num_workers
    /// other than 0 and 1.
    void set_attrs(const Attrs& attrs);

    /// Where the orders of coming epochs are drawn, "shuffle", and a sampler's "sampler"; where a worker's items draw,
    /// "items"; and while a loop is on its way the indices that it has yet to visit, "order". Once they are loaded the
    /// next loop visits those alone. A Subset's "indices" are taken over, as many as it has. Loading throws a KeyError
    /// for what does not fit, an IndexError for an index of no item, and changes nothing then.
    nn::StateDict state_dict() const;
    void load_state_dict(const nn::StateDict& state);

    /// The dataset that the items come from.
    virtual const AnyDataset& source() const { return *this; }
    /// Whether num_workers counts: false where Vars of the caller are read.
    virtual bool takes_worker() const { return true; }

protected:
    /// The next epoch's batches: as the sampler says, or shuffled by NumPy's default_rng(1), which is one generator a
    /// dataset and runs on over the epochs. Throws a ValueError without items, an IndexError where the sampler gives
    /// none of them.
    std::shared_ptr<Epoch> next_epoch();
    /// Throws an IndexError unless k is from 0 up to total_len.
    void check_index(std::int64_t k) const;
    std::int64_t num_workers() const { return num_workers_; }
    /// The items of another dataset that a part is made of, which its state holds: null for a whole one. And others in
    /// their place: throws an IndexError where the other dataset has no such item.
    virtual const std::vector<std::int64_t>* chosen() const { return nullptr; }
    virtual void choose(const std::vector<std::int64_t>&) {}

private:
    friend class Making;
    friend class Sampler;

    std::vector<std::int64_t> next_order();
    void check_order(const char* giver, const std::vector<std::int64_t>& order) const;

    std::int64_t batch_size_ = 16, num_workers_ = 0;
    std::optional<std::int64_t> total_len_ = {};
    bool shuffle_ = false, drop_last_ = false;
    drawing::DefaultRng shuffle_rng_ = drawing::DefaultRng(1);
    std::shared_ptr<Order> order_;
    std::shared_ptr<std::uint32_t> own_stream_ = std::make_shared<std::uint32_t>();  ///< 0: does not flow yet
    std::weak_ptr<const Epoch> begun_;                                               ///< gone when its loop is
    std::optional<std::vector<std::int64_t>> to_come_;  ///< what a state that was loaded leaves to the next loop
    mutable Turn making_;
};

/// Held while a loop or its worker makes a batch of a source's items, so that loops of one source may run side by side,
/// and inside its `item`.
class Making {
public:
    explicit Making(const AnyDataset& source);
    Making(const Making&) = delete;
    Making& operator=(const Making&) = delete;
    ~Making();

    /// Whether this thread makes a batch. A loop that begins then has no worker, which would wait for that batch.
    static bool here();
    /// Throws a ValueError where that is a batch of this source: a loop that has a worker already cannot go on then.
    static void check_apart_from(const AnyDataset& source);

private:
    std::lock_guard<Turn> lock_;
    const AnyDataset& source_;
    const Making* around_;
};

}  // namespace jt::dataset
