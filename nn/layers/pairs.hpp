// Two lists side by side.
#pragma once
#include <utility>

#include "../../core/shape.hpp"

namespace jt {

/// What `pairs` gives: a range over the elements of two others. Lvalues are referred to, others kept.
template <class A, class B>
class Pairs {
public:
    Pairs(A&& a, B&& b) : a_(std::forward<A>(a)), b_(std::forward<B>(b)) {}

    template <class I, class J, class EndI, class EndJ>
    struct Iterator {
        std::pair<decltype(*std::declval<I&>()), decltype(*std::declval<J&>())> operator*() { return {*i, *j}; }
        Iterator& operator++() {
            ++i, ++j;
            return *this;
        }
        bool operator==(End) const { return i == end_i || j == end_j; }

        I i;
        J j;
        EndI end_i;
        EndJ end_j;
    };
    auto begin() {
        using std::begin, std::end;
        return Iterator<decltype(begin(a_)), decltype(begin(b_)), decltype(end(a_)), decltype(end(b_))>{
            begin(a_), begin(b_), end(a_), end(b_)};
    }
    End end() const { return {}; }

private:
    A a_;
    B b_;
};

/// `for (const auto& [down, up] : pairs(*downs, *ups))`: Python's zip, which ends with the shorter one.
template <class A, class B>
Pairs<A, B> pairs(A&& a, B&& b) {
    return {std::forward<A>(a), std::forward<B>(b)};
}

}  // namespace jt
