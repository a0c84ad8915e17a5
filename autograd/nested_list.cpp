// Reading nested braces.
#include "nested_list.hpp"

#include <algorithm>

namespace jt {

NestedList::NestedList(std::initializer_list<NestedList> list) : is_list_(true), list_(list) {}
NestedList::NestedList(const NestedList& other) = default;
NestedList::NestedList(NestedList&& other) noexcept = default;
NestedList::~NestedList() = default;

Shape NestedList::shape() const {
    if (!is_list_) return {};
    Shape shape{static_cast<std::int64_t>(list_.size())};
    if (list_.empty()) return shape;
    const Shape inner = list_.front().shape();
    for (const auto& row : list_)
        if (row.shape() != inner) fail<ShapeError>("array: needs rows of one shape, got ", inner, " and ", row.shape());
    for (auto extent : inner) shape.push_back(extent);
    return shape;
}

Dtype NestedList::dtype() const {
    if (!is_list_) return number_.dtype;
    if (list_.empty()) return Dtype::float32;
    Dtype widest = Dtype::bool_;
    for (const auto& row : list_) widest = std::max(widest, row.dtype());
    return widest;
}

std::vector<Scalar> NestedList::numbers() const {
    std::vector<Scalar> out;
    collect(out);
    return out;
}

void NestedList::collect(std::vector<Scalar>& out) const {
    if (!is_list_) out.push_back(number_);
    for (const auto& row : list_) row.collect(out);
}

}  // namespace jt
