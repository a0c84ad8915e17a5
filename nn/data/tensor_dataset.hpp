// TensorDataset: the rows of Vars.
#pragma once
#include "../../autograd/indexing.hpp"
#include "dataset.hpp"

namespace jt::dataset {

namespace detail {
template <class>
using AsVar = Var;
/// Throws a GraphError for an empty Var, a ShapeError unless all have the same length.
void check_lengths(const std::vector<Var>& vars);
}  // namespace detail

/// Its k-th item are the k-th rows of Vars of one length, which it shares: `TensorDataset data(images, labels);`. A
/// batch of a Var (n,) is (batch_size,). As Jittor's it takes no worker. Throws a ShapeError for unlike lengths.
template <std::same_as<Var>... V>
requires(sizeof...(V) > 0) class TensorDataset : public Dataset<V...> {
public:
    explicit TensorDataset(const V&... vars) : vars_(vars...) { detail::check_lengths({vars...}); }

    std::int64_t size() const override { return std::get<0>(vars_).shape(0); }
    std::tuple<V...> item(std::int64_t k) const override {
        return std::apply([k](const V&... vars) { return std::tuple<V...>(vars[k]...); }, vars_);
    }
    std::tuple<V...> batch(const std::vector<std::int64_t>& indices) const override {
        const Var index = array(indices, jt::int64);
        return std::apply([&](const V&... vars) { return std::tuple<V...>(vars[index]...); }, vars_);
    }
    bool takes_worker() const override { return false; }

private:
    std::tuple<V...> vars_;
};
template <std::derived_from<Var>... V>
TensorDataset(const V&...) -> TensorDataset<detail::AsVar<V>...>;

}  // namespace jt::dataset
