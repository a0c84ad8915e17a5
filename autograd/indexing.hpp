// What stands between the brackets of `x[...]`, and what `x[...]` is.
#pragma once
#include <cstdint>
#include <utility>

#include "var.hpp"

namespace jt {

namespace kernels {
struct Selection;
}

struct NewAxis {};
struct Ellipsis {};
inline constexpr NewAxis newaxis;
inline constexpr Ellipsis ellipsis;
/// `x[{_, 0}]`: Python's `x[:, 0]`.
inline constexpr Slice _;
/// Without braces `x[_, 0]` would be x[0].
template <class T>
void operator,(const Slice&, const T&) = delete;
template <class T>
void operator,(const NewAxis&, const T&) = delete;
template <class T>
void operator,(const Ellipsis&, const T&) = delete;
/// `x[list({0, 2})]`: Python's `x[[0, 2]]`, where `x[{0, 2}]` is its `x[0, 2]`.
Var list(const Ints& places);

/// One entry of `x[{...}]`: an integer (drops its axis), a Slice, newaxis (adds one of extent 1), ellipsis, or a Var:
/// of integers, whose shape replaces the axis, or of bools, which stand for as many axes as they have.
struct Index {
    enum class Kind { integer, slice, newaxis, ellipsis, var };
    template <std::integral T>
    Index(T i) : kind(Kind::integer), slice{fitting(i), {}, 1} {}
    Index(bool) = delete;
    Index(Slice s) : kind(Kind::slice), slice(s) {}
    Index(NewAxis) : kind(Kind::newaxis) {}
    Index(Ellipsis) : kind(Kind::ellipsis) {}
    Index(Var places) : kind(Kind::var), var(std::move(places)) {}

    Kind kind;
    Slice slice = {};
    Var var = {};

private:
    // One that is too large is out of range whatever the axis.
    template <class T>
    static std::int64_t fitting(T i) {
        return std::in_range<std::int64_t>(i) ? static_cast<std::int64_t>(i) : INT64_MAX;
    }
};
/// One index or a list of them; `{}` is all of a Var.
class Indices : public SmallVector<Index, 4> {
public:
    Indices() = default;
    Indices(std::initializer_list<Index> list) : SmallVector(list) {}
    Indices(std::size_t n, const Index& index) : SmallVector(n, index) {}
    template <class T>
    requires std::constructible_from<Index, const T&> Indices(const T& one) { emplace_back(one); }
};

/// What `x[...]` of a named Var is: its value, and the way back to x. As long as nobody holds it, writing to it writes
/// into x: `x[mask] = 0`, `x[0][1] += v`, by the rule of `setitem`. With a name, `auto y = x[0];`, it is a Var like any
/// other. It refers to x, the handle: return a Var, not an Item, of a local x. Throws a ShapeError when x got another
/// shape before it is written to.
class Item : public Var {
public:
    using Selected = SharedPtr<const kernels::Selection>;
    Item(Var value, Var* root, const Shape& shape, Selected selected)
        : Var(std::move(value)), root_(root), shape_(shape), selected_(std::move(selected)) {}
    Item(const Item&) = default;
    Item(Item&&) = default;
    ~Item() = default;

    void operator=(const Operand& v) && { write(v); }
    void operator=(const Item& v) && {
        if (this != &v) write(v);
    }
    void operator=(Item&& v) && { std::move(*this) = v; }  // NOLINT(performance-noexcept-move-constructor): it writes
    void operator+=(const Operand& v) &&;
    void operator-=(const Operand& v) &&;
    void operator*=(const Operand& v) &&;
    void operator/=(const Operand& v) &&;
    void operator%=(const Operand& v) &&;
    Item operator[](const Indices& indices) &&;
    void assign(const Operand& v) && { write(v); }
    void update(const Operand& v) && { write(v); }
    void swap(Var& other) && = delete;

    void swap(Var& other) & { Var::swap(other); }
    Var& assign(const Var& v) & { return Var::assign(v); }
    Var& update(const Var& v) & { return Var::assign(v); }
    Item& operator=(const Var& v) & { return Var::operator=(v), *this; }
    Item& operator=(const Item& v) & {
        if (this != &v) Var::operator=(v);
        return *this;
    }
    Item& operator=(Item&& v) & noexcept { return Var::operator=(v), *this; }
    Item operator[](const Indices& indices) & { return Var::operator[](indices); }
    Var operator[](const Indices& indices) const& { return Var::operator[](indices); }

private:
    void write(const Operand& v);

    Var* root_;
    Shape shape_;
    Selected selected_;
};

/// `for (const Var& row : x)`: the rows along axis 0, as `unbind` gives them.
class RowIterator {
public:
    explicit RowIterator(Vars rows) : rows_(std::move(rows)) {}
    const Var& operator*() const { return rows_[at_]; }
    RowIterator& operator++() { return ++at_, *this; }
    bool operator==(End) const { return at_ == rows_.size(); }

private:
    Vars rows_;
    std::size_t at_ = 0;
};

}  // namespace jt
