// The frame of every reduction: groups of axes, and the loop that folds them. Private to core/kernels.
#pragma once
#include <algorithm>
#include <type_traits>

#include "../../array.hpp"
#include "../elementwise/rows.hpp"
#include "../movement/walk.hpp"
#include "../parallel.hpp"

namespace jt::kernels {

/// How to fold an array over a set of axes. Neighbours that are all kept or all reduced are one group; the two
/// innermost groups make a matrix whose rows or columns are folded, the others are counted through.
class Reduction {
public:
    Reduction(const Shape& shape, AxisSet axes) {
        for (int k = shape.rank() - 1; k >= 0; --k)
            if (shape[k] != 1) join(shape[k], contains(axes, k));
        place();
    }

    /// out[...] = finish(start joined with the elements that it stands for), x and y not empty. `finish` takes an Acc.
    template <class T, class Acc, class Out, class Finish>
    void run(Fold op, const T* x, const T* y, Acc start, Out* out, Finish finish) const {
        const Rows& table = rows(dtype_of<T>);
        const FoldBlock fold = (by_rows_ ? table.rows : table.columns)[static_cast<int>(op)];
        const auto matrices = outer_kept_.count(), each = size_ / (matrices * kept_);
        for_rows(matrices, kept_ * each, [&](std::int64_t first, std::int64_t last) {
            auto place = outer_kept_.moved_to(first);
            for (auto k = first; k < last; ++k, place.next())
                for_blocks(kept_, grain(each), [&](std::int64_t from, std::int64_t end) {
                    run_kept(fold, x + place[0], y + place[0], start, from, end, out + k * kept_, finish);
                });
        });
    }

private:
    static constexpr std::int64_t chunk = 1024, least_columns = 512;

    // How many rows or columns of `each` elements a thread takes at once; narrow strips of columns are read slowly.
    std::int64_t grain(std::int64_t each) const {
        if (kept_ * each < 2 * elements_at_once) return kept_;
        return std::max(elements_at_once / each, by_rows_ ? std::int64_t{1} : least_columns);
    }

    /// Of the rows or columns of a matrix, [from, end).
    template <class T, class Acc, class Out, class Finish>
    void run_kept(FoldBlock fold, const T* x, const T* y, Acc start, std::int64_t from, std::int64_t end, Out* out,
                  Finish finish) const {
        Acc acc[chunk];
        for (std::int64_t k = from; k < end; k += chunk) {
            const auto count = std::min(chunk, end - k), at = by_rows_ ? k * n_ : k;
            std::fill_n(acc, count, start);
            fold_chunk(fold, x + at, y + at, acc, count);
            std::transform(acc, acc + count, out + k, finish);
        }
    }

    template <class T>
    void fold_chunk(FoldBlock fold, const T* x, const T* y, void* acc, std::int64_t count) const {
        const Block block{by_rows_ ? count : rows_, by_rows_ ? n_ : count, n_};
        auto place = outer_reduced_;
        do fold(x + place[0], y + place[0], acc, block);
        while (place.next());
    }

    void join(std::int64_t extent, bool reduced) {
        if (group_ != 1 && reduced != reduced_) place();
        group_ *= extent;
        reduced_ = reduced;
    }

    void place() {
        const int k = placed_++;
        if (k == 0)
            n_ = group_, by_rows_ = reduced_;
        else if (k == 1)
            rows_ = group_;
        else
            (reduced_ ? outer_reduced_ : outer_kept_).add(group_, {size_});
        kept_ = by_rows_ ? rows_ : n_;
        size_ *= group_;
        group_ = 1;
    }

    bool by_rows_ = false;
    std::int64_t rows_ = 1, n_ = 1, kept_ = 1;
    Odometer<1> outer_kept_, outer_reduced_;

    int placed_ = 0;
    std::int64_t group_ = 1, size_ = 1;
    bool reduced_ = false;
};

/// All of x and y in one: blocks by themselves, then what came of them. `start` changes nothing that it joins.
template <class T, class Acc>
Acc reduce_all(Fold op, const Array& x, const Array& y, Acc start) {
    const FoldBlock fold = rows(dtype_of<T>).rows[static_cast<int>(op)];
    const std::int64_t n = x.numel(), grain = elements_at_once;
    if (n < 2 * grain) return fold(x.raw(), y.raw(), &start, {1, n, n}), start;
    using Part = std::conditional_t<std::is_same_v<Acc, std::uint64_t>, std::int64_t, Acc>;
    Array parts({(n + grain - 1) / grain}, dtype_of<Part>);
    Acc* const part = static_cast<Acc*>(parts.raw());
    for_blocks(n, grain, [&](std::int64_t from, std::int64_t end) {
        part[from / grain] = start;
        fold(x.data<T>() + from, y.data<T>() + from, part + from / grain, {1, end - from, end - from});
    });
    const Fold join = op == Fold::dot || op == Fold::squares ? Fold::sum : op;
    rows(dtype_of<Part>).rows[static_cast<int>(join)](part, part, &start, {1, parts.numel(), parts.numel()});
    return start;
}

/// An array of `shape` whose elements are finish(fold over `axes`), in the type that finish returns.
template <class T, class Acc, class Finish>
Array reduce(Fold op, const Array& x, const Array& y, AxisSet axes, const Shape& shape, Acc start, Finish finish) {
    using Out = decltype(finish(start));
    Array out(shape, dtype_of<Out>);
    Out* const first = out.data<Out>();
    if (x.numel() == 0) {
        std::fill_n(first, out.numel(), finish(start));
    } else if (out.numel() == 1) {
        *first = finish(reduce_all<T>(op, x, y, start));
    } else {
        Reduction(x.shape(), axes).run(op, x.data<T>(), y.data<T>(), start, first, finish);
    }
    return out;
}

}  // namespace jt::kernels
