// Walk through the batches of an epoch, made in the loop's thread or ahead of it in another.
#pragma once
#include <cstddef>
#include <future>
#include <iterator>
#include <memory>
#include <optional>

#include "../../core/streams.hpp"
#include "any_dataset.hpp"
#include "collate.hpp"
#include "worker.hpp"

namespace jt::dataset {

namespace detail {

/// A Var's numbers in memory that any thread may free.
struct Packed {
    Shape shape;
    Dtype dtype;
    std::vector<std::byte> bytes;
};
Packed packed(const Var& x);
Var unpacked(const Packed& x);
/// A leaf that shares x's numbers.
inline Var leaf_of(const Var& x) { return array(x.array()); }

using Strings = std::vector<std::string>;
inline Strings packed(const Strings& x) { return x; }
inline Strings unpacked(const Strings& x) { return x; }
inline Strings leaf_of(const Strings& x) { return x; }

/// What a worker draws from while it makes a batch: what the process would, but for Jittor's stream, since the loop
/// draws from that meanwhile.
struct Drawn {
    drawing::Streams before, after;

    explicit Drawn(std::uint32_t own_stream);
    /// Lets the process go on from there, as if it had made the batch itself, unless it drew meanwhile.
    void hand_over(std::uint32_t& own_stream) const;
};

/// f of each member of a tuple.
template <class Tuple, class F>
auto each(const Tuple& tuple, F f) {
    return std::apply([&](const auto&... x) { return std::tuple<decltype(f(x))...>(f(x)...); }, tuple);
}

}  // namespace detail

/// Where a loop over a dataset stands; it ends at std::default_sentinel. What `item` throws comes out of the ++ (the
/// first batch: of begin()) whose batch it was for. A ++ that would wait for ever, as the worker waits for the thread
/// that calls it, throws a ValueError and leaves the iterator where it is. A worker that is ahead ends its batch before
/// the iterator is gone.
template <class Data>
class BatchIterator {
public:
    using value_type = typename Data::Batch;
    using difference_type = std::ptrdiff_t;

    BatchIterator(const Data& data, std::shared_ptr<Epoch> epoch, bool ahead)
        : data_(&data), epoch_(std::move(epoch)), worker_(ahead ? std::make_unique<Worker>() : nullptr) {
        fetch();
    }

    const value_type& operator*() const { return batch_.value(); }
    const value_type* operator->() const { return &batch_.value(); }
    BatchIterator& operator++() {
        fetch();
        return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return !batch_; }

private:
    static auto pack(const Data& data, const std::vector<std::int64_t>& indices) {
        const Making making(data.source());
        const no_grad guard;
        return detail::each(data.batch(indices), [](const auto& x) { return detail::packed(x); });
    }

    void fetch() {
        const auto k = epoch_->taken;
        if (k == epoch_->batch_len) return batch_.reset();
        if (worker_) await(k);
        batch_.reset();
        ++epoch_->taken;
        batch_ = worker_ ? taken(k) : made(k);
    }
    value_type made(std::int64_t k) const {
        const Making making(data_->source());
        const no_grad guard;
        return detail::each(data_->batch(epoch_->batch(k)), [](const auto& x) { return detail::leaf_of(x); });
    }
    /// Throws where that would be for ever; then the iterator stays where it is.
    void await(std::int64_t k) {
        Making::check_apart_from(data_->source());
        if (!next_.valid()) begin_batch(k);
        worker_->await();
    }
    value_type taken(std::int64_t k) {
        const Ready ready = next_.get();
        ready.drawn.hand_over(*epoch_->own_stream);
        if (k + 1 < epoch_->batch_len) begin_batch(k + 1);
        const no_grad guard;
        return detail::each(ready.batch, [](const auto& x) { return detail::unpacked(x); });
    }
    void begin_batch(std::int64_t k) {
        const auto make = [data = data_, indices = epoch_->batch(k),
                           drawn = detail::Drawn(*epoch_->own_stream)]() mutable {
            const drawing::DrawFrom guard(drawn.after);
            return Ready{pack(*data, indices), drawn};
        };
        const auto task = std::make_shared<std::packaged_task<Ready()>>(make);
        next_ = task->get_future();
        worker_->begin([task] { (*task)(); });
    }

    struct Ready {
        decltype(pack(std::declval<const Data&>(), {})) batch;
        detail::Drawn drawn;
    };

    const Data* data_;
    std::shared_ptr<Epoch> epoch_;
    std::optional<value_type> batch_;
    std::future<Ready> next_;
    std::unique_ptr<Worker> worker_;
};

}  // namespace jt::dataset
