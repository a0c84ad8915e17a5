// Walks through broadcast operands in memory order: merged axes, an inner matrix, an odometer over the rest. Private to
// core/kernels.
#pragma once
#include <array>

#include "../../dtype.hpp"
#include "../../shape.hpp"

namespace jt::kernels {

/// As dispatch, with bytes for bool: for what only moves elements.
template <class F>
void dispatch_bits(Dtype dtype, F f) {
    dispatch(dtype == bool_ ? uint8 : dtype, [&](auto zero) {
        if constexpr (!std::is_same_v<decltype(zero), bool>) f(zero);
    });
}

/// One number per operand: strides or offsets, in elements.
template <int N>
using Offsets = std::array<std::int64_t, N>;

/// Counts through axes, the first added one fastest, and keeps the offsets of N operands.
template <int N>
class Odometer {
public:
    void add(std::int64_t extent, const Offsets<N>& strides) { digits_[rank_++] = {extent, 0, strides}; }
    std::int64_t operator[](int operand) const { return offsets_[operand]; }

    /// How many places it comes through.
    std::int64_t count() const {
        std::int64_t n = 1;
        for (int k = 0; k < rank_; ++k) n *= digits_[k].extent;
        return n;
    }

    /// This one as it is after `steps` calls of next from the start.
    Odometer moved_to(std::int64_t steps) const {
        Odometer result = *this;
        result.offsets_ = {};
        for (int k = 0; k < rank_; ++k) {
            auto& [extent, index, strides] = result.digits_[k];
            index = steps % extent;
            steps /= extent;
            for (int a = 0; a < N; ++a) result.offsets_[a] += index * strides[a];
        }
        return result;
    }

    /// Moves on; false when it is back at the start.
    bool next() {
        for (int k = 0; k < rank_; ++k) {
            const bool wraps = ++digits_[k].index == digits_[k].extent;
            for (int a = 0; a < N; ++a)
                offsets_[a] += wraps ? digits_[k].strides[a] * (1 - digits_[k].extent) : digits_[k].strides[a];
            if (!wraps) return true;
            digits_[k].index = 0;
        }
        return false;
    }

private:
    struct Digit {
        std::int64_t extent, index;
        Offsets<N> strides;
    };
    int rank_ = 0;
    Offsets<N> offsets_{};
    Digit digits_[max_rank];
};

/// N operands broadcast to one shape of at least one element: `rows` rows of n elements, the operands' strides within a
/// row (0 or 1) and from row to row, and the odometer over the axes outside. Axes that memory allows are merged.
template <int N>
class Walk {
public:
    std::int64_t n = 1, rows = 1;
    Offsets<N> inner{}, outer{};
    Odometer<N> rest;

    Walk(const Shape& out, const std::array<const Shape*, N>& in) {
        Offsets<N> size, strides;
        size.fill(1);
        for (int k = 1; k <= out.rank(); ++k) {
            const auto extent = out[out.rank() - k];
            for (int a = 0; a < N; ++a) {
                const auto own = k <= in[a]->rank() ? (*in[a])[in[a]->rank() - k] : 1;
                strides[a] = own == 1 ? 0 : size[a];
                size[a] *= own;
            }
            if (extent != 1) join(extent, strides);
        }
        place();
    }

private:
    void join(std::int64_t extent, const Offsets<N>& strides) {
        bool fits = true;
        for (int a = 0; a < N; ++a) fits = fits && strides[a] == strides_[a] * extent_;
        if (extent_ == 1) strides_ = strides;
        if (fits || extent_ == 1) {
            extent_ *= extent;
        } else {
            place();
            extent_ = extent;
            strides_ = strides;
        }
    }

    void place() {
        const int k = placed_++;
        if (k == 0)
            n = extent_, inner = strides_;
        else if (k == 1)
            rows = extent_, outer = strides_;
        else
            rest.add(extent_, strides_);
    }

    int placed_ = 0;
    std::int64_t extent_ = 1;
    Offsets<N> strides_{};
};

}  // namespace jt::kernels
