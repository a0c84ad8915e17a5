// How an object that is shared goes.
#include "shared.hpp"

namespace jt::detail {

void Held::drop() noexcept {
    if (__atomic_sub_fetch(&keepers_, 1, __ATOMIC_ACQ_REL) != 0) return;
    destroy();
    unwatch();
}

void Held::unwatch() noexcept {
    if (__atomic_sub_fetch(&watchers_, 1, __ATOMIC_ACQ_REL) == 0) delete this;
}

bool Held::keep_if_alive() noexcept {
    long n = keepers();
    while (n != 0 && !__atomic_compare_exchange_n(&keepers_, &n, n + 1, true, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) {
    }
    return n != 0;
}

}  // namespace jt::detail
