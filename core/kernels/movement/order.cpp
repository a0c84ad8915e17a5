// A stable sort of each line of an array, by digits where it is long, by comparing all with all where it is short.
#include "order.hpp"

#include <algorithm>
#include <bit>
#include <memory>
#include <numeric>
#include <type_traits>
#include <utility>

#include "../elementwise/rows.hpp"
#include "../parallel.hpp"

namespace jt::kernels {

namespace {

// NaN is behind everything, whichever way the rest goes.
template <class T>
struct Before {
    bool operator()(T a, T b) const {
        if constexpr (std::is_floating_point_v<T>)
            if (a != a || b != b) return a == a;
        return a < b;
    }
};

// Which places of the order are wanted.
struct Places {
    std::int64_t first, count;
};

// An unsigned number for each element, in the elements' order.
template <class T>
using Key =
    std::conditional_t<sizeof(T) == 8, std::uint64_t, std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint8_t>>;

// `flip` is all bits where the largest comes first. -0 counts as 0.
template <class T>
Key<T> key_of(T x, Key<T> flip) {
    using K = Key<T>;
    constexpr K top = static_cast<K>(K{1} << (8 * sizeof(K) - 1));
    if constexpr (std::is_floating_point_v<T>) {
        const K bits = std::bit_cast<K>(x + T{}), rising = bits ^ (bits & top ? ~K{} : top);
        return x != x ? ~K{} : rising ^ flip;
    } else {
        return static_cast<K>(static_cast<K>(x) ^ (std::is_signed_v<T> ? top : K{}) ^ flip);
    }
}

// An element's key and where it stood: no two are equal.
template <class K>
struct Item {
    std::int32_t place;
    K key;

    bool operator<(const Item& other) const {
        if constexpr (sizeof(K) == 4) return joined() < other.joined();
        return key < other.key || (key == other.key && place < other.place);
    }

private:
    std::uint64_t joined() const { return std::uint64_t{key} << 32 | static_cast<std::uint32_t>(place); }
};

// One pass of a radix sort, from the last digit to the first: items of one digit keep their order. A digit that all
// items share moves none.
template <class K>
bool sort_by_digit(const Item<K>* from, Item<K>* to, std::int64_t n, int shift) {
    std::int32_t next[256] = {};
    const auto digit = [shift](const Item<K>& item) { return static_cast<std::uint8_t>(item.key >> shift); };
    for (std::int64_t i = 0; i < n; ++i) ++next[digit(from[i])];
    if (next[digit(*from)] == n) return false;
    std::exclusive_scan(next, next + 256, next, 0);
    for (std::int64_t i = 0; i < n; ++i) to[next[digit(from[i])]++] = from[i];
    return true;
}

template <class K>
std::int32_t count_below(const K* keys, std::int64_t n, K key) {
    std::int32_t count = 0;
#pragma GCC unroll 4
    for (std::int64_t i = 0; i < n; ++i) count += keys[i] < key;
    return count;
}

// The key that `rank` others stand before at most, one bit after the other from the first in which keys differ.
template <class K>
K key_of_rank(const K* keys, std::int64_t n, std::int64_t rank) {
    K every = keys[0], some = keys[0];
    for (std::int64_t i = 1; i < n; ++i) every &= keys[i], some |= keys[i];
    int bit = std::bit_width(static_cast<K>(every ^ some));
    K found = bit < static_cast<int>(8 * sizeof(K)) ? static_cast<K>(every >> bit << bit) : K{};
    while (--bit >= 0) {
        const K tried = static_cast<K>(found | K{1} << bit);
        if (count_below(keys, n, tried) <= rank) found = tried;
    }
    return found;
}

// Where `element` stands for the (skipped + 1)-th time.
template <class E>
std::int32_t place_of(const E* elements, std::int64_t n, E element, std::int64_t skipped) {
    const E* at = std::find(elements, elements + n, element);
    while (skipped-- > 0) at = std::find(at + 1, elements + n, element);
    return static_cast<std::int32_t>(at - elements);
}

// Where the element of a rank stands, equal ones in their order.
template <class K>
std::int32_t place_of_rank(const K* keys, std::int64_t n, std::int64_t rank) {
    const K key = key_of_rank(keys, n, rank);
    return place_of(keys, n, key, rank - count_below(keys, n, key));
}

// For each of few keys how many are below it: the place of the first one of its kind.
template <class K>
class Compared {
public:
    static constexpr std::int64_t most = 512 / sizeof(K);

    Compared(K* keys, std::int64_t n) : n_(n) {
        if constexpr (sizeof(K) == 4)
            fused_tables().order.below32(keys, n, below_);
        else
            fused_tables().order.below64(keys, n, below_);
    }

    // The rank itself is among the places, but where equal ones have it.
    std::int32_t place_of(std::int64_t rank) const {
        const auto* const at = std::find(below_, below_ + n_, rank);
        if (at != below_ + n_) return static_cast<std::int32_t>(at - below_);
        std::int32_t first = 0;
        for (std::int64_t i = 0; i < n_; ++i) first = below_[i] <= rank ? std::max(first, below_[i]) : first;
        return jt::kernels::place_of(below_, n_, first, rank - first);
    }

    void sort(Item<K>* items) const {
        std::int32_t next[most];
        std::iota(next, next + n_, 0);
        for (std::int64_t i = 0; i < n_; ++i) items[next[below_[i]]++].place = static_cast<std::int32_t>(i);
    }

private:
    std::int64_t n_;
    std::int32_t below_[most];
};

// One line's keys and the items made of them, with as much room again.
template <class K>
class Line {
public:
    const std::unique_ptr<K[]> keys;

    explicit Line(std::int64_t n) : keys(make<K>(n + spare)), n_(n), items_(make<Item<K>>(n)), room_(make<Item<K>>(n)) {
        std::fill_n(keys.get() + n, spare, K{});
    }

    // f(k, place) for the wanted places.
    template <class F>
    void arrange(const Places& wanted, F f) {
        const auto end = wanted.first + wanted.count;
        if (wanted.count == 1 && n_ > fewest) return f(0, place_of(wanted.first));
        if (end < n_ && n_ > fewest)
            select(end);
        else
            sort();
        for (std::int64_t k = 0; k < wanted.count; ++k) f(k, items_[wanted.first + k].place);
    }

private:
    static constexpr std::int64_t fewest = 24, fewest_by_digits = 16, block = 16, spare = 64 / sizeof(K);

    template <class E>
    static std::unique_ptr<E[]> make(std::int64_t n) {
        return std::make_unique_for_overwrite<E[]>(static_cast<std::size_t>(n));
    }

    Item<K> item(std::int64_t i) const { return {static_cast<std::int32_t>(i), keys[i]}; }

    std::int32_t place_of(std::int64_t rank) {
        if constexpr (sizeof(K) > 1)
            if (n_ <= Compared<K>::most) return Compared(keys.get(), n_).place_of(rank);
        return place_of_rank(keys.get(), n_, rank);
    }

    void sort() {
        if constexpr (sizeof(K) > 1)
            if (n_ <= Compared<K>::most) return Compared(keys.get(), n_).sort(items_.get());
        for (std::int64_t i = 0; i < n_; ++i) items_[i] = item(i);
        if (n_ < fewest_by_digits * static_cast<std::int64_t>(sizeof(K)))
            return std::sort(items_.get(), items_.get() + n_);
        for (int shift = 0; shift < static_cast<int>(8 * sizeof(K)); shift += 8)
            if (sort_by_digit(items_.get(), room_.get(), n_, shift)) std::swap(items_, room_);
    }

    // The first `count` in order. Candidates are those better than the worst of the best so far; most blocks have none.
    void select(std::int64_t count) {
        Item<K>* const best = items_.get();
        const auto most = std::min(n_, 2 * count + block);
        std::int64_t size = most;
        for (std::int64_t i = 0; i < size; ++i) best[i] = item(i);
        for (std::int64_t i = most; i < n_; i += block) {
            if (size >= most) std::nth_element(best, best + count - 1, best + std::exchange(size, count));
            gather_below(best[count - 1].key, i, std::min(block, n_ - i), size);
        }
        std::partial_sort(best, best + count, best + size);
    }

    // Appends those of `count` items from the first-th on whose key is below `worst`.
    void gather_below(K worst, std::int64_t first, std::int64_t count, std::int64_t& size) {
        if (count_below(keys.get() + first, count, worst) == 0) return;
        for (std::int64_t k = first; k < first + count; ++k) {
            items_[size] = item(k);
            size += keys[k] < worst;
        }
    }

    std::int64_t n_;
    std::unique_ptr<Item<K>[]> items_, room_;
};

// Elements `step` apart, and where the places of those wanted go, as far apart.
template <class T>
void argsort_line(Line<Key<T>>& line, const T* from, std::int32_t* to, std::int64_t n, std::int64_t step,
                  const Places& wanted, bool descending) {
    const auto flip = static_cast<Key<T>>(descending ? ~Key<T>{} : Key<T>{});
    const auto key = [flip](T element) { return key_of(element, flip); };
    if (step == 1)
        std::transform(from, from + n, line.keys.get(), key);
    else
        for (std::int64_t i = 0; i < n; ++i) line.keys[i] = key(from[i * step]);
    line.arrange(wanted, [to, step](std::int64_t i, std::int32_t place) { to[i * step] = place; });
}

// An element that is sorted is worth many that are passed over.
constexpr std::int64_t sorting = 16;

// The lines along an axis: they begin at outer * n * step + inner.
template <class T>
void argsort_lines(const T* x, std::int32_t* out, std::int64_t lines, std::int64_t n, std::int64_t step,
                   const Places& wanted, bool descending) {
    for_rows(lines, sorting * n, [=](std::int64_t k, std::int64_t end) {
        Line<Key<T>> line(n);
        for (; k < end; ++k) {
            const std::int64_t outer = k / step, inner = k % step;
            argsort_line(line, x + outer * n * step + inner, out + outer * wanted.count * step + inner, n, step, wanted,
                         descending);
        }
    });
}

}  // namespace

Array argsort(const Array& x, int axis, bool descending) { return argsort(x, axis, descending, 0, x.shape()[axis]); }

Array argsort(const Array& x, int axis, bool descending, std::int64_t first, std::int64_t count) {
    Shape shape = x.shape();
    shape[axis] = count;
    Array out(shape, Dtype::int32);
    if (out.numel() == 0) return out;
    const std::int64_t n = x.shape()[axis], step = step_along(shape, axis);
    dispatch(x.dtype() == bool_ ? uint8 : x.dtype(), [&]<class T>(T) {
        const auto* elements = static_cast<const T*>(x.raw());
        argsort_lines<T>(elements, out.data<std::int32_t>(), x.numel() / n, n, step, {first, count}, descending);
    });
    return out;
}

Array searchsorted(const Array& sorted, const Array& values, bool right) {
    Array out(values.shape(), Dtype::int32);
    const std::int64_t n = sorted.shape().back(), m = sorted.rank() == 1 ? values.numel() : values.shape().back();
    dispatch(values.dtype(), [&]<class T>(T) {
        const T* line = sorted.data<T>();
        const Before<T> before;
        for (std::int64_t i = 0; i < values.numel(); ++i) {
            const T* begin = line + i / m * n;
            const T value = values.data<T>()[i];
            const T* at = right ? std::upper_bound(begin, begin + n, value, before)
                                : std::lower_bound(begin, begin + n, value, before);
            out.data<std::int32_t>()[i] = static_cast<std::int32_t>(at - begin);
        }
    });
    return out;
}

}  // namespace jt::kernels
