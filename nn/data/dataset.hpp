// Dataset: items by index, in batches.
#pragma once
#include <concepts>
#include <iterator>

#include "batches.hpp"

namespace jt::dataset {

/// Derive from it as from Jittor's, with the types of what an item is made of:
///
///     struct Shapes : dataset::Dataset<Var, int> {
///         std::int64_t size() const override { return images.shape(0); }
///         std::tuple<Var, int> item(std::int64_t k) const override { return {images[k], labels[k]}; }
///     };
///     Shapes data;
///     data.set_attrs({.batch_size = 64, .shuffle = true});
///     for (auto [x, y] : data) ...
///
/// A batch is a tuple: of Vars a Var stacked along a new first axis, of numbers a Var (n,), int32 or float32, of
/// strings a vector. Its Vars are leaves without gradients until start_grad() is called for them. A loop may be left
/// early; each begins a new epoch.
///
/// With num_workers 1 a thread of its own makes the next batch while the loop runs. Meanwhile the loop leaves alone
/// what `item` uses, Vars above all, and total_len; other loops over this dataset or its parts may run inside it. The
/// batches are the same, whatever transforms draw; what `item` itself draws from Jittor's stream comes from one of the
/// dataset's own then.
template <class... Item>
class Dataset : public AnyDataset {
public:
    using Items = dataset::Items<Item...>;
    using Batch = std::tuple<Collated<Item>...>;

    /// Jittor's __getitem__, called with k from 0 up to total_len, under no_grad.
    virtual std::tuple<Item...> item(std::int64_t k) const = 0;
    /// The same for any k; throws an IndexError where there is no such item.
    std::tuple<Item...> operator[](std::int64_t k) const {
        check_index(k);
        return item(k);
    }

    /// May be overridden, where items need to be made equal first, say. Throws a ShapeError for Vars of unlike shapes,
    /// a ValueError for a number that int32 does not hold.
    virtual Batch collate_batch(const Items& items) const { return dataset::collate_batch<Item...>(items); }
    /// The items of some indices, collated.
    virtual Batch batch(const std::vector<std::int64_t>& indices) const {
        Items items{{}, indices};
        for (const auto k : indices) items.push_back((*this)[k]);
        return collate_batch(items);
    }

    Dataset& set_attrs(const Attrs& attrs) & {
        AnyDataset::set_attrs(attrs);
        return *this;
    }
    /// The first batch of a new epoch. Throws a ValueError without items, an IndexError where a sampler gives an index
    /// of none.
    BatchIterator<Dataset> begin() {
        return {*this, next_epoch(), num_workers() == 1 && source().takes_worker() && !Making::here()};
    }
    std::default_sentinel_t end() const { return {}; }
};

/// `auto& loader = dataset::DataLoader(data, {.batch_size = 8});`: set_attrs by the name that loops know, as in Jittor.
/// It is the dataset itself, which is not copied: `auto loader` does not compile.
template <std::derived_from<AnyDataset> Data>
Data& DataLoader(Data& data, const Attrs& attrs) {
    data.set_attrs(attrs);
    return data;
}

}  // namespace jt::dataset
