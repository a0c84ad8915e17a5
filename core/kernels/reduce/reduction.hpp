// The frame of every reduction: groups of axes, and the loop that folds them. Private to core/kernels.
#pragma once
#include <algorithm>

#include "../../array.hpp"
#include "../elementwise/rows.hpp"
#include "../movement/walk.hpp"

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
    void run(Fold op, const T* x, const T* y, Acc start, Out* out, Finish finish) {
        const Rows& table = rows(dtype_of<T>);
        const FoldBlock fold = (by_rows_ ? table.rows : table.columns)[static_cast<int>(op)];
        Acc acc[chunk];
        do {
            for (std::int64_t k = 0; k < kept_; k += chunk) {
                const auto count = std::min(chunk, kept_ - k);
                std::fill_n(acc, count, start);
                fold_chunk(fold, x, y, acc, k, count);
                out = std::transform(acc, acc + count, out, finish);
            }
        } while (outer_kept_.next());
    }

private:
    static constexpr std::int64_t chunk = 1024;

    template <class T>
    void fold_chunk(FoldBlock fold, const T* x, const T* y, void* acc, std::int64_t k, std::int64_t count) {
        const Block block{by_rows_ ? count : rows_, by_rows_ ? n_ : count, n_};
        const auto start = outer_kept_[0] + (by_rows_ ? k * n_ : k);
        do {
            const auto at = start + outer_reduced_[0];
            fold(x + at, y + at, acc, block);
        } while (outer_reduced_.next());
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

/// An array of `shape` whose elements are finish(fold over `axes`), in the type that finish returns.
template <class T, class Acc, class Finish>
Array reduce(Fold op, const Array& x, const Array& y, AxisSet axes, const Shape& shape, Acc start, Finish finish) {
    using Out = decltype(finish(start));
    Array out(shape, dtype_of<Out>);
    Out* const first = out.data<Out>();
    if (x.numel() == 0) {
        std::fill_n(first, out.numel(), finish(start));
    } else if (out.numel() == 1) {
        rows(dtype_of<T>).rows[static_cast<int>(op)](x.raw(), y.raw(), &start, {1, x.numel(), x.numel()});
        *first = finish(start);
    } else {
        Reduction(x.shape(), axes).run(op, x.data<T>(), y.data<T>(), start, first, finish);
    }
    return out;
}

}  // namespace jt::kernels
