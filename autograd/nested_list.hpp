// Nested braces or vectors as one value: what `jt::array({{1, 2}, {3, 4}})` receives.
#pragma once
#include <initializer_list>
#include <vector>

#include "var.hpp"

namespace jt {

/// A number, or a list of Nests of equal depth and length.
class NestedList {
public:
    template <class T>
    requires std::is_arithmetic_v<T> NestedList(T number) : number_(number) {
        static_assert(!is_character<T>, "array: characters are no numbers; std::uint8_t is one");
    }
    NestedList(std::initializer_list<NestedList> list);
    NestedList(const NestedList& other);
    NestedList(NestedList&& other) noexcept;
    NestedList& operator=(const NestedList&) = delete;
    ~NestedList();
    template <class T>
    requires std::is_constructible_v<NestedList, T> NestedList(const std::vector<T>& list)
        : is_list_(true), list_(list.begin(), list.end()) {}

    /// Its shape; () for a number. Throws a ShapeError when rows differ.
    Shape shape() const;
    /// bool, int32 or float32, the smallest that holds all numbers; float32 for an empty list.
    Dtype dtype() const;
    /// All numbers in row-major order.
    std::vector<Scalar> numbers() const;

private:
    void collect(std::vector<Scalar>& out) const;

    bool is_list_ = false;
    Scalar number_ = 0.0;
    std::vector<NestedList> list_;
};

}  // namespace jt
