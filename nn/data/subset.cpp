#include "subset.hpp"

#include <algorithm>

#include "../../autograd/ops/create.hpp"

namespace jt::dataset::detail {

std::int64_t index_of(const std::vector<std::int64_t>& indices, std::int64_t k) {
    const auto n = static_cast<std::int64_t>(indices.size());
    if (k < 0 || k >= n) fail<IndexError>("Subset: needs an item from 0 to ", n - 1, ", got ", k);
    return indices[static_cast<std::size_t>(k)];
}

void check_indices(const std::vector<std::int64_t>& indices, std::int64_t n) {
    for (const auto k : indices)
        if (k < 0 || k >= n) fail<IndexError>("Subset: needs items from 0 to ", n - 1, ", got ", k);
}

std::vector<std::vector<std::int64_t>> drawn_parts(std::int64_t n, std::span<const std::int64_t> lengths) {
    std::int64_t rest = n;
    const auto fits = [&](std::int64_t length) { return length >= 0 && (rest -= length) >= 0; };
    if (!std::ranges::all_of(lengths, fits) || rest != 0)
        fail<ValueError>("random_split: needs lengths of 0 or more that add up to ", n, ", got ",
                         Shape(lengths.begin(), lengths.end()));
    const auto order = randperm(n).to_vector<std::int64_t>();
    std::vector<std::vector<std::int64_t>> parts;
    auto first = order.begin();
    for (const auto length : lengths) {
        parts.emplace_back(first, first + length);
        first += length;
    }
    return parts;
}

}  // namespace jt::dataset::detail
