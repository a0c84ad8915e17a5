// Parts of a dataset.
#pragma once
#include <array>
#include <span>

#include "dataset.hpp"

namespace jt::dataset {

namespace detail {
/// Throws an IndexError for one that is not from 0 up to n.
void check_indices(const std::vector<std::int64_t>& indices, std::int64_t n);
/// The k-th of them; throws an IndexError where there is none.
std::int64_t index_of(const std::vector<std::int64_t>& indices, std::int64_t k);
/// 0 ... n - 1 in random order, taken apart.
std::vector<std::vector<std::int64_t>> drawn_parts(std::int64_t n, std::span<const std::int64_t> lengths);
}  // namespace detail

/// The items of some indices of another dataset, which has to live as long; in batches as that makes them, with
/// attributes of its own. Its state holds the indices, so that a training that is resumed sees the same part, however
/// it was drawn. Throws an IndexError where the other has no such item.
template <class... Item>
class Subset : public Dataset<Item...> {
public:
    Subset(Dataset<Item...>& data, std::vector<std::int64_t> indices) : data_(data), indices_(std::move(indices)) {
        detail::check_indices(indices_, data.total_len());
    }

    std::int64_t size() const override { return static_cast<std::int64_t>(indices_.size()); }
    std::tuple<Item...> item(std::int64_t k) const override { return data_[detail::index_of(indices_, k)]; }
    typename Dataset<Item...>::Batch batch(const std::vector<std::int64_t>& indices) const override {
        std::vector<std::int64_t> theirs;
        for (const auto k : indices) theirs.push_back(detail::index_of(indices_, k));
        return data_.batch(theirs);
    }
    const AnyDataset& source() const override { return data_.source(); }

private:
    const std::vector<std::int64_t>* chosen() const override { return &indices_; }
    void choose(const std::vector<std::int64_t>& indices) override {
        detail::check_indices(indices, data_.total_len());
        const Making not_meanwhile(source());
        indices_ = indices;
    }

    const Dataset<Item...>& data_;
    std::vector<std::int64_t> indices_;
};

/// PyTorch's, by minijt's randperm: `auto [train, test] = random_split(data, {80, 20});`. Throws a ValueError unless
/// the lengths add up to total_len.
template <class... Item, std::size_t n>
std::array<Subset<Item...>, n> random_split(Dataset<Item...>& data, const std::int64_t (&lengths)[n]) {
    auto parts = detail::drawn_parts(data.total_len(), lengths);
    return [&]<std::size_t... k>(std::index_sequence<k...>) {
        return std::array<Subset<Item...>, n>{Subset<Item...>(data, std::move(parts[k]))...};
    }
    (std::make_index_sequence<n>());
}

}  // namespace jt::dataset
