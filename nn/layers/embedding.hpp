// Embedding.
#pragma once
#include "options.hpp"

namespace jt::nn {

struct EmbeddingOptions {
    ByName by_name = {};
    std::optional<int> padding_idx = {};
};

/// Rows of a weight (num_embeddings, embedding_dim) by number: (..., embedding_dim) for numbers x (...). The weight is
/// drawn from N(0, 1); the row padding_idx begins as zeros and, as in Jittor, learns like any other. Whole numbers may
/// come as floats, those below 0 count from the end. Throws a ValueError for negative sizes and a padding_idx that is
/// no row; a call throws a ValueError for other floats, an IndexError for what is no row.
class Embedding : public Module {
public:
    using Options = EmbeddingOptions;
    Embedding(int num_embeddings, int embedding_dim, const Options& options = {});
    Embedding(int num_embeddings, int embedding_dim, int padding_idx)
        : Embedding(num_embeddings, embedding_dim, Options{{}, padding_idx}) {}
    Var execute(const Var& x) override;
    std::string extra_repr() const override;

    const int num_embeddings, embedding_dim;
    const std::optional<int> padding_idx;
    Var& weight;
};

}  // namespace jt::nn
