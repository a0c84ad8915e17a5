// Python's rules for what stands between brackets.
#include "selection.hpp"

#include <algorithm>

#include "../../core/kernels/elementwise/elementwise.hpp"

namespace jt {

namespace {

bool is_bool(const Var& index) { return index.dtype() == Dtype::bool_; }

std::size_t axes_of(const char* op, const Index& index) {
    if (index.kind == Index::Kind::newaxis || index.kind == Index::Kind::ellipsis) return 0;
    if (index.kind != Index::Kind::var) return 1;
    const Array& value = node_of(op, index.var).value;
    if (is_float(value.dtype())) fail<DtypeError>(op, ": needs an integer or bool index, got ", value.dtype());
    return is_bool(index.var) ? value.shape().size() : 1;
}

void check_integer(const char* op, const Var& index) {
    const Dtype dtype = node_of(op, index).value.dtype();
    if (is_float(dtype) || is_bool(index)) fail<DtypeError>(op, ": needs an integer index, got ", dtype);
}

// Places that were found, or an error for the entry that is out of range.
Array&& checked(const char* op, Array&& places, const Var& index, std::int64_t n) {
    if (!places)
        fail<IndexError>(op, ": needs indices from ", -n, " to ", n - 1, ", got ",
                         kernels::first_outside(index.array(), n));
    return std::move(places);
}

// Goes over the indices and the axes of a selection of strides, and makes a selection of them.
class Selector {
public:
    Selector(const char* op, const Selection& whole) : op_(op), whole_(whole) { made_.start = whole.start; }

    Selection of(const Indices& indices) {
        check(indices);
        for (const auto& index : indices) add(index);
        keep(whole_.axes.size() - at_);
        if (made_.axes.empty() && !made_.listed()) made_.axes.push_back({1, 0});
        made_.shape = shape();
        check_shape(op_, made_.shape);
        return std::move(made_);
    }

private:
    void check(const Indices& indices) {
        std::size_t used = 0, ellipses = 0;
        for (const auto& index : indices) {
            used += axes_of(op_, index);
            ellipses += index.kind == Index::Kind::ellipsis;
        }
        if (ellipses > 1) fail<IndexError>(op_, ": needs at most one ellipsis, got ", ellipses);
        if (used > whole_.axes.size())
            fail<IndexError>(op_, ": needs at most ", whole_.axes.size(), " indices for ", whole_.shape, ", got ",
                             used);
        spare_ = whole_.axes.size() - used;
    }

    void add(const Index& index) {
        using enum Index::Kind;
        switch (index.kind) {
            case integer:
                return add_integer(*index.slice.start);
            case slice:
                return add_slice(index.slice);
            case newaxis:
                return made_.axes.push_back({1, 0});
            case ellipsis:
                return keep(spare_);
            case var:
                return is_bool(index.var) ? add_mask(index.var) : add_index(index.var);
        }
    }
    void add_integer(std::int64_t i) {
        const auto& [n, stride] = whole_.axes[at_];
        if (i < -n || i >= n)
            fail<IndexError>(op_, ": needs an index from ", -n, " to ", n - 1, " along axis ", at_, ", got ", i);
        made_.start += (i < 0 ? i + n : i) * stride;
        ++at_;
    }
    void add_slice(const Slice& slice) {
        const auto& [n, stride] = whole_.axes[at_++];
        const Range range = range_of(op_, slice, n);
        made_.start += range.start * stride;
        made_.axes.push_back({range.size, range.step * stride});
    }
    void keep(std::size_t n) {
        for (; n > 0; --n) made_.axes.push_back(whole_.axes[at_++]);
    }
    void add_index(const Var& index) {
        const auto n = whole_.axes[at_].size;
        add_places(checked(op_, kernels::places(index.array(), whole_.shape, static_cast<int>(at_++)), index, n));
        made_.repeats = true;
    }
    // Only a whole array is asked for by Vars. By a mask, the elements of the axes behind each other lie as those of
    // the mask.
    void add_mask(const Var& mask) {
        Shape covered;
        for (int k = 0; k < mask.ndim(); ++k) covered.push_back(whole_.axes[at_ + static_cast<std::size_t>(k)].size);
        if (mask.shape() != covered)
            fail<ShapeError>(op_, ": needs a mask of shape ", covered, " from axis ", at_, " on, got ", mask.shape());
        at_ += covered.size();
        add_places(kernels::places_of_true(mask.array(), whole_.shape, static_cast<int>(at_ - 1)));
    }
    // Indices beside each other broadcast, and stand where the first one does.
    void add_places(Array&& places) {
        if (!made_.listed()) made_.outer = made_.axes.size();
        if (made_.listed()) broadcast_shapes(op_, made_.places.shape(), places.shape());
        made_.places = made_.listed() ? kernels::map(kernels::Binary::add, made_.places, places) : std::move(places);
    }
    Shape shape() const {
        Shape out;
        for (std::size_t k = 0; k <= made_.axes.size(); ++k) {
            if (made_.listed() && k == made_.outer)
                for (const auto extent : made_.places.shape()) out.push_back(extent);
            if (k < made_.axes.size()) out.push_back(made_.axes[k].size);
        }
        return out;
    }

    const char* op_;
    const Selection& whole_;
    Selection made_;
    std::size_t at_ = 0, spare_ = 0;
};

Selection whole(const Shape& shape) {
    Selection s;
    s.shape = shape;
    const kernels::Strides strides = kernels::strides_of(shape);
    for (std::size_t k = 0; k < shape.size(); ++k) s.axes.push_back({shape[k], strides[k]});
    return s;
}

Selection listed(Array&& places, bool repeats) {
    Selection s;
    s.shape = places.shape();
    s.places = std::move(places);
    s.repeats = repeats;
    return s;
}

}  // namespace

Selection selected(const char* op, const Shape& shape, const Indices& indices) {
    return Selector(op, whole(shape)).of(indices);
}

Selection within(const char* op, const Selection& outer, const Indices& indices) {
    const auto by_var = [](const Index& index) { return index.kind == Index::Kind::var; };
    if (!outer.listed() && std::none_of(indices.begin(), indices.end(), by_var)) return Selector(op, outer).of(indices);
    const Selection inner = selected(op, outer.shape, indices);
    return listed(kernels::take(kernels::offsets(outer), inner), outer.repeats || inner.repeats);
}

Selection along(const char* op, const Shape& shape, int axis, const Var& index) {
    check_integer(op, index);
    Indices indices;
    for (int k = 0; k < axis; ++k) indices.push_back(Slice());
    indices.push_back(index);
    return selected(op, shape, indices);
}

Selection in_rows(const char* op, const Shape& shape, int axis, const Var& index) {
    const Shape& own = node_of(op, index).value.shape();
    bool fits = own.rank() == shape.rank();
    for (int k = 0; fits && k < own.rank(); ++k) fits = k == axis || own[k] <= shape[k];
    if (!fits) fail<ShapeError>(op, ": needs an index within ", shape, " but along axis ", axis, ", got ", own);
    check_integer(op, index);
    return listed(checked(op, kernels::places_in_rows(index.array(), shape, axis), index, shape[axis]), true);
}

}  // namespace jt
