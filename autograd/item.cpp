// Writing through `x[...]`.
#include "detect.hpp"
#include "node.hpp"
#include "ops/arithmetic.hpp"
#include "ops/index.hpp"
#include "ops/join.hpp"
#include "ops/selection.hpp"

namespace jt {

namespace {

// x[...] = f(x[...], v). It is recorded where writing v would be.
template <class F>
Var updated(const Var& root, const Var& item, const Operand& v, F f) {
    std::optional<no_grad> quiet;
    if (!records_write(root, v)) quiet.emplace();
    return f(item, v);
}

}  // namespace

Item Var::operator[](const Indices& indices) & {
    auto s = make_shared_ptr<const Selection>(selected("getitem", node_of("getitem", *this).value.shape(), indices));
    const Undetected guard;  // that it is read is not the user's wish: x[isnan(x)] = 0
    Var value = take(*this, s);
    return {std::move(value), this, shape(), std::move(s)};
}

Var Var::operator[](const Indices& indices) const& { return getitem(*this, indices); }

Item Item::operator[](const Indices& indices) && {
    Var value = getitem(*this, indices);
    return {std::move(value), root_, shape_, make_shared_ptr<const Selection>(within("getitem", *selected_, indices))};
}

// Without its own value, which would hold x's numbers: x is written in place where nobody else does.
void Item::write(const Operand& v) {
    Var::operator=(Var());
    if (node_of("setitem", *root_).value.shape() != shape_)
        fail<ShapeError>("setitem: needs x of the shape that it had, ", shape_, ", got ", root_->shape());
    jt::write(*root_, selected_, v);
}

void Item::operator+=(const Operand& v) && { write(updated(*root_, *this, v, jt::add)); }
void Item::operator-=(const Operand& v) && { write(updated(*root_, *this, v, jt::sub)); }
void Item::operator*=(const Operand& v) && { write(updated(*root_, *this, v, jt::mul)); }
void Item::operator/=(const Operand& v) && { write(updated(*root_, *this, v, jt::div)); }
void Item::operator%=(const Operand& v) && { write(updated(*root_, *this, v, jt::mod)); }

Var& Var::fill_(const Operand& value) & { return setitem(*this, {}, value); }
Var& Var::zero_() & { return fill_(0); }

RowIterator Var::begin() const { return RowIterator(unbind()); }

}  // namespace jt
