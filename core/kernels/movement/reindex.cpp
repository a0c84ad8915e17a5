// A walk along the last axis, row by row; what the axes before it add up to is kept for each of them.
#include "reindex.hpp"

#include <algorithm>
#include <utility>

namespace jt::kernels {

namespace {

/// A sum along one axis.
struct Line {
    std::uint64_t start, step;
    const std::int64_t* table;

    std::uint64_t operator[](std::int64_t i) const {
        return start + step * static_cast<std::uint64_t>(i) + (table ? static_cast<std::uint64_t>(table[i]) : 0);
    }
};

/// One sum along the walk: what it adds up to before each axis.
class Track {
public:
    explicit Track(const Sum& sum) : sum_(sum), before_(sum.along.size(), static_cast<std::uint64_t>(sum.start)) {}

    void move(std::size_t axis, std::int64_t i) { before_[axis + 1] = line(axis)[i]; }
    Line row() const { return line(before_.size() - 1); }

private:
    Line line(std::size_t axis) const {
        const Term& term = sum_.along[axis];
        return {before_[axis], static_cast<std::uint64_t>(term.step), term.table.empty() ? nullptr : term.table.data()};
    }

    const Sum& sum_;
    std::vector<std::uint64_t> before_;
};

struct Gate {
    Track track;
    std::uint64_t n;

    bool opens(std::int64_t i) const { return track.row()[i] < n; }
};
using Gates = std::vector<Gate>;

bool all_open(const Gates& gates, std::int64_t i) {
    return std::all_of(gates.begin(), gates.end(), [=](const Gate& gate) { return gate.opens(i); });
}

class Rows {
public:
    Rows(const Shape& over, const Places& places) : over_(over), index_(over.size(), 0), place_(places.at) {
        for (const Guard& guard : places.guards) gates_for(guard).push_back({Track(guard.sum), guard.n});
        enter(0);
    }

    /// To the next row; false behind the last one.
    bool next() {
        std::size_t axis = over_.size() - 1;
        while (axis > 0 && ++index_[axis - 1] == over_[axis - 1]) index_[--axis] = 0;
        if (axis > 0) enter(axis - 1);
        return axis > 0;
    }

    /// Calls inside(i, place) for the elements of this row that have a place, outside(i) for the others.
    template <class Inside, class Outside>
    void each(Inside inside, Outside outside) const {
        const auto n = over_[over_.size() - 1];
        const auto [first, last] = open_range(n);
        for (std::int64_t i = 0; i < first; ++i) outside(i);
        if (scattered_.empty())
            each_place(first, last, inside);
        else
            for (std::int64_t i = first; i < last; ++i)
                all_open(scattered_, i) ? inside(i, place_.row()[i]) : outside(i);
        for (std::int64_t i = last; i < n; ++i) outside(i);
    }

private:
    // A gate of rows opens to all of a row or to none, one of steps to neighbours.
    Gates& gates_for(const Guard& guard) {
        const Term& last = guard.sum.along.back();
        const bool is_range = guard.n <= std::uint64_t{1} << 63;
        if (!last.table.empty() || (last.step != 0 && !is_range)) return scattered_;
        return last.step == 0 ? of_rows_ : of_steps_;
    }

    std::pair<std::int64_t, std::int64_t> open_range(std::int64_t n) const {
        std::int64_t first = 0, last = all_open(of_rows_, 0) ? n : 0;
        for (const Gate& gate : of_steps_) {
            while (first < last && !gate.opens(first)) ++first;
            while (first < last && !gate.opens(last - 1)) --last;
        }
        return {first, last};
    }

    template <class Inside>
    void each_place(std::int64_t first, std::int64_t last, Inside inside) const {
        const Line line = place_.row();
        if (!line.table && line.step == 1)
            for (std::int64_t i = first; i < last; ++i) inside(i, line.start + static_cast<std::uint64_t>(i));
        else
            for (std::int64_t i = first; i < last; ++i) inside(i, line[i]);
    }

    void enter(std::size_t axis) {
        for (; axis + 1 < over_.size(); ++axis) {
            place_.move(axis, index_[axis]);
            for (Gates* gates : {&of_rows_, &of_steps_, &scattered_})
                for (Gate& gate : *gates) gate.track.move(axis, index_[axis]);
        }
    }

    const Shape& over_;
    SmallVector<std::int64_t, 6> index_;
    Track place_;
    Gates of_rows_, of_steps_, scattered_;
};

// Integers wrap around.
template <class T>
T plus(T a, T b) {
    if constexpr (std::is_integral_v<T>)
        return static_cast<T>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
    else
        return a + b;
}

template <class T, class F>
void join_all(const Array& y, const Places& places, T* to, F f) {
    Rows rows(y.shape(), places);
    const T* from = y.data<T>();
    do {
        rows.each([=](auto i, auto place) { to[place] = f(to[place], from[i]); }, [](auto) {});
        from += y.shape()[y.rank() - 1];
    } while (rows.next());
}

}  // namespace

Array reindex(const Array& x, const Places& places, const Scalar& around, Array&& y) {
    if (y.numel() == 0) return std::move(y);
    Rows rows(y.shape(), places);
    dispatch(x.dtype(), [&]<class T>(T) {
        const T* from = x.data<T>();
        const T other = around.as<T>();
        T* to = y.data<T>();
        do {
            rows.each([=](auto i, auto place) { to[i] = from[place]; }, [=](auto i) { to[i] = other; });
            to += y.shape()[y.rank() - 1];
        } while (rows.next());
    });
    return std::move(y);
}

Array reindex_reduce(Binary f, const Array& y, const Places& places, const Scalar& start, const Shape& shape) {
    Array x = Array::full(shape, start, y.dtype());
    if (y.numel() == 0) return x;
    dispatch(y.dtype(), [&]<class T>(T) {
        T* to = x.data<T>();
        if (f == Binary::add)
            join_all(y, places, to, plus<T>);
        else if (f == Binary::maximum)
            join_all(y, places, to, [](T a, T b) { return a < b || b != b ? b : a; });
        else
            join_all(y, places, to, [](T a, T b) { return b < a || b != b ? b : a; });
    });
    return x;
}

}  // namespace jt::kernels
