#include "any_dataset.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "../../core/error.hpp"

namespace jt::dataset {

namespace {

void check(const char* name, std::optional<std::int64_t> value, std::int64_t least) {
    if (value && *value < least) fail<ValueError>("set_attrs: needs ", name, " of ", least, " or more, got ", *value);
}

}  // namespace

namespace detail {

std::vector<std::int64_t> indices_up_to(std::int64_t n) {
    std::vector<std::int64_t> order(static_cast<std::size_t>(n));
    std::iota(order.begin(), order.end(), 0);
    return order;
}

std::int64_t count_batches(std::int64_t items, std::int64_t batch_size, bool drop_last) {
    return items / batch_size + (!drop_last && items % batch_size != 0);
}

}  // namespace detail

Epoch::Epoch(std::vector<std::int64_t> order, std::int64_t batch_size, bool drop_last)
    : order(std::move(order)),
      batch_size(batch_size),
      batch_len(detail::count_batches(static_cast<std::int64_t>(this->order.size()), batch_size, drop_last)) {}

std::vector<std::int64_t> Epoch::batch(std::int64_t k) const {
    const auto first = order.begin() + k * batch_size;
    return {first, first + std::min(batch_size, order.end() - first)};
}

std::int64_t AnyDataset::size() const {
    if (!total_len_) fail<ValueError>("Dataset: needs a size() of its own, or set_attrs({.total_len = n})");
    return *total_len_;
}

std::int64_t AnyDataset::batch_len() const {
    return detail::count_batches(order_ ? order_->size() : total_len(), batch_size_, drop_last_);
}

void AnyDataset::set_attrs(const Attrs& attrs) {
    check("batch_size", attrs.batch_size, 1);
    check("total_len", attrs.total_len, 0);
    const auto workers = attrs.num_workers.value_or(num_workers_);
    if (workers != 0 && workers != 1) fail<ValueError>("set_attrs: needs num_workers of 0 or 1, got ", workers);
    num_workers_ = workers;
    batch_size_ = attrs.batch_size.value_or(batch_size_);
    shuffle_ = attrs.shuffle.value_or(shuffle_);
    drop_last_ = attrs.drop_last.value_or(drop_last_);
    if (attrs.total_len) total_len_ = attrs.total_len;
}

void AnyDataset::check_index(std::int64_t k) const {
    const auto n = total_len();
    if (k < 0 || k >= n) fail<IndexError>("Dataset: needs an item from 0 to ", n - 1, ", got ", k);
}

std::vector<std::int64_t> AnyDataset::next_order() {
    if (order_) return order_->next();
    const auto n = total_len();
    return shuffle_ ? shuffle_rng_.permutation(n) : detail::indices_up_to(n);
}

Epoch AnyDataset::next_epoch() {
    const auto n = total_len();
    if (n < 1) fail<ValueError>("Dataset: needs at least one item, got ", n);
    Epoch epoch(next_order(), batch_size_, drop_last_);
    for (const auto k : epoch.order)
        if (k < 0 || k >= n) fail<IndexError>("Dataset: needs a sampler of items from 0 to ", n - 1, ", got ", k);
    return epoch;
}

}  // namespace jt::dataset
