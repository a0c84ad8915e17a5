// Embedding: its first weight, and numbers that may be floats.
#include "embedding.hpp"

#include "../../autograd/node.hpp"
#include "../../autograd/ops/index.hpp"
#include "../../core/kernels/elementwise/elementwise.hpp"
#include "../init.hpp"
#include "../module/repr.hpp"
#include "checks.hpp"

namespace jt::nn {

namespace {

Var first_rows(int num, int dim, std::optional<int> padding_idx) {
    at_least(0, "Embedding", "num_embeddings", num);
    at_least(0, "Embedding", "embedding_dim", dim);
    if (padding_idx && (*padding_idx < -num || *padding_idx >= num))
        fail<ValueError>("Embedding: needs a padding_idx from ", -num, " to ", num - 1, ", got ", *padding_idx);
    Var rows = init::gauss({num, dim});
    if (padding_idx) setitem(rows, *padding_idx, 0);
    return rows;
}

}  // namespace

Embedding::Embedding(int num, int dim, const Options& options)
    : num_embeddings(num),
      embedding_dim(dim),
      padding_idx(options.padding_idx),
      weight(attr("weight", first_rows(num, dim, padding_idx))) {}

Var Embedding::execute(const Var& x) {
    const Array& numbers = node_of("Embedding", x).value;
    return getitem(weight, array(kernels::cast_exact("Embedding", numbers, int64)));
}

std::string Embedding::extra_repr() const {
    return repr(num_embeddings, embedding_dim, padding_idx, Named{"dtype", std::optional<int>()});
}

}  // namespace jt::nn
