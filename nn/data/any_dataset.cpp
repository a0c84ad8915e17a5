#include "any_dataset.hpp"

#include <algorithm>
#include <memory>
#include <numeric>
#include <utility>

#include "../../autograd/ops/create.hpp"
#include "../../core/error.hpp"
#include "../../core/random.hpp"
#include "../optim/state_reader.hpp"

namespace jt::dataset {

using nn::detail::Need;
using nn::detail::StateReader;

namespace {

void check(const char* name, std::optional<std::int64_t> value, std::int64_t least) {
    if (value && *value < least) fail<ValueError>("set_attrs: needs ", name, " of ", least, " or more, got ", *value);
}

// Elsewhere in the cycle of Jittor's stream, by the other multiplier of minstd.
std::uint32_t apart_from(std::uint32_t state) {
    return static_cast<std::uint32_t>(state * std::uint64_t{48271} % 2147483647U);
}

template <class T>
Var var_of(const std::vector<T>& values) {
    return array(std::vector<std::int64_t>(values.begin(), values.end()), jt::int64);
}

std::optional<std::vector<std::int64_t>> integers_in(StateReader& reader, const char* name, Need need) {
    const Var* var = reader.find(name, need);
    if (!var) return {};
    if (var->dim() == 1 && !is_float(var->dtype())) return var->to_vector<std::int64_t>();
    reader.wrong(name, "a row of integers", text(var->shape()) + " of " + jt::name(var->dtype()));
    return {};
}

drawing::Words words_in(StateReader& reader, const char* name, std::size_t count, Need need = Need::must_be) {
    const auto values = integers_in(reader, name, need);
    if (!values) return {};
    const bool fits = std::ranges::all_of(*values, [](std::int64_t x) { return x >= 0 && x >> 32 == 0; });
    if (values->size() != count || !fits)
        reader.wrong(name, text(count) + " numbers of 32 bits", fits ? text(values->size()) : "others");
    return {values->begin(), values->end()};
}

std::vector<std::int64_t> indices_in(StateReader& reader, const std::vector<std::int64_t>* own) {
    if (!own) return {};
    const auto indices = integers_in(reader, "indices", Need::must_be);
    if (indices && indices->size() != own->size())
        reader.wrong("indices", text(own->size()) + " indices", text(indices->size()));
    return indices.value_or(std::vector<std::int64_t>());
}

thread_local const Making* innermost = nullptr;

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

std::vector<std::int64_t> Epoch::rest() const {
    const auto past = std::min(taken * batch_size, static_cast<std::int64_t>(order.size()));
    return {order.begin() + past, order.end()};
}

std::int64_t AnyDataset::size() const {
    if (!total_len_) fail<ValueError>("Dataset: needs a size() of its own, or set_attrs({.total_len = n})");
    return *total_len_;
}

std::int64_t AnyDataset::batch_len() const {
    return detail::count_batches(order_ ? order_->size() : total_len(), batch_size_, drop_last_);
}

std::int64_t AnyDataset::batches_before() const {
    if (!to_come_) return 0;
    const auto rest = detail::count_batches(static_cast<std::int64_t>(to_come_->size()), batch_size_, drop_last_);
    return std::max<std::int64_t>(batch_len() - rest, 0);
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
    if (to_come_) return *to_come_;
    if (order_) return order_->next();
    const auto n = total_len();
    return shuffle_ ? shuffle_rng_.permutation(n) : detail::indices_up_to(n);
}

void AnyDataset::check_order(const char* giver, const std::vector<std::int64_t>& order) const {
    const auto n = total_len();
    for (const auto k : order)
        if (k < 0 || k >= n) fail<IndexError>("Dataset: needs ", giver, " of items from 0 to ", n - 1, ", got ", k);
}

std::shared_ptr<Epoch> AnyDataset::next_epoch() {
    if (const auto n = total_len(); n < 1) fail<ValueError>("Dataset: needs at least one item, got ", n);
    auto epoch = std::make_shared<Epoch>(next_order(), batch_size_, drop_last_);
    check_order("a sampler", epoch->order);
    if (num_workers_ == 1 && *own_stream_ == 0) *own_stream_ = apart_from(drawing::state());
    epoch->own_stream = own_stream_;
    to_come_.reset();
    begun_ = epoch;
    return epoch;
}

nn::StateDict AnyDataset::state_dict() const {
    nn::StateDict state{{"shuffle", var_of(shuffle_rng_.state())}};
    if (order_) state.add("sampler", var_of(order_->state()));
    if (*own_stream_ != 0) state.add("items", var_of(drawing::Words{*own_stream_}));
    if (const auto epoch = begun_.lock())
        state.add("order", var_of(epoch->rest()));
    else if (to_come_)
        state.add("order", var_of(*to_come_));
    if (const auto* indices = chosen()) state.add("indices", var_of(*indices));
    return state;
}

void AnyDataset::load_state_dict(const nn::StateDict& state) {
    nn::detail::StateReader reader(state);
    const auto shuffle = words_in(reader, "shuffle", shuffle_rng_.state().size());
    const auto sampler = order_ ? words_in(reader, "sampler", order_->state().size()) : drawing::Words();
    const auto items = words_in(reader, "items", 1, Need::may_be);
    auto order = integers_in(reader, "order", Need::may_be);
    const auto indices = indices_in(reader, chosen());
    reader.finish("dataset");
    if (order) check_order("an order", *order);
    choose(indices);
    shuffle_rng_.set_state(shuffle);
    if (order_) order_->set_state(sampler);
    *own_stream_ = items.empty() ? 0 : items[0];
    to_come_ = std::move(order);
    begun_.reset();
}

Making::Making(const AnyDataset& source)
    : lock_(source.making_), source_(source), around_(std::exchange(innermost, this)) {}

Making::~Making() { innermost = around_; }

bool Making::here() { return innermost != nullptr; }

void Making::check_apart_from(const AnyDataset& source) {
    for (const Making* making = innermost; making; making = making->around_)
        if (&making->source_ == &source)
            fail<ValueError>("Dataset: needs a loop with a worker to go on outside of item, got one begun before it");
}

}  // namespace jt::dataset
