// A walk along the last axis, row by row; what the axes before it add up to is kept for each of them.
#include "reindex.hpp"

#include <algorithm>

namespace jt::kernels {

namespace {

using Table = std::vector<std::int64_t>;

/// The numbers of one row: start + table[i], or the start alone.
struct Line {
    std::uint64_t start;
    const std::int64_t* table;

    std::uint64_t operator[](std::int64_t i) const {
        return start + (table ? static_cast<std::uint64_t>(table[i]) : 0);
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
        const auto& table = sum_.along[axis];
        return {before_[axis], table.empty() ? nullptr : table.data()};
    }

    const Sum& sum_;
    std::vector<std::uint64_t> before_;
};

struct Gate {
    Track track;
    std::uint64_t n;

    bool opens(std::int64_t i) const { return track.row()[i] < n; }
};

class Rows {
public:
    Rows(const Shape& over, const Places& places) : over_(over), index_(over.size(), 0), place_(places.at) {
        for (const Guard& guard : places.guards)
            (guard.sum.along.back().empty() ? of_rows_ : of_elements_).push_back({Track(guard.sum), guard.n});
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
        const Line place = place_.row();
        if (!all_open(of_rows_, 0))
            for (std::int64_t i = 0; i < n; ++i) outside(i);
        else if (of_elements_.empty())
            for (std::int64_t i = 0; i < n; ++i) inside(i, static_cast<std::int64_t>(place[i]));
        else
            for (std::int64_t i = 0; i < n; ++i)
                all_open(of_elements_, i) ? inside(i, static_cast<std::int64_t>(place[i])) : outside(i);
    }

private:
    static bool all_open(const std::vector<Gate>& gates, std::int64_t i) {
        return std::all_of(gates.begin(), gates.end(), [=](const Gate& gate) { return gate.opens(i); });
    }

    void enter(std::size_t axis) {
        for (; axis + 1 < over_.size(); ++axis) {
            place_.move(axis, index_[axis]);
            for (Gate& gate : of_rows_) gate.track.move(axis, index_[axis]);
            for (Gate& gate : of_elements_) gate.track.move(axis, index_[axis]);
        }
    }

    const Shape& over_;
    SmallVector<std::int64_t, 6> index_;
    Track place_;
    std::vector<Gate> of_rows_, of_elements_;
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
