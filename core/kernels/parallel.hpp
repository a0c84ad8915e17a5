// Divides work on raw rows among threads. The blocks depend on the work alone, never on the number of threads, and so
// do the bits of a result. Private to core/kernels.
#pragma once
#include <algorithm>
#include <cstdint>
#include <type_traits>

namespace jt::kernels {

/// A function of a block's number, not owned.
class BlockFunction {
public:
    template <class F>
    explicit BlockFunction(F& f) : f_(&f), call_([](void* f, std::int64_t block) { (*static_cast<F*>(f))(block); }) {}
    void operator()(std::int64_t block) const { call_(f_, block); }

private:
    void* f_;
    void (*call_)(void*, std::int64_t);
};

/// Calls f(0), ..., f(count - 1), on up to num_threads() threads; returns when all have returned. One's exception
/// reaches the caller, and what was not begun then is left out. Within a block, while another thread uses the pool, and
/// in a forked child all run on the calling thread.
void run_blocks(std::int64_t count, BlockFunction f);

/// The same function by value, so that one whose work is small need not leave its captures in memory.
template <class F>
[[gnu::noinline]] void for_many_blocks(std::int64_t n, std::int64_t grain, F f) {
    auto block = [&](std::int64_t k) { f(k * grain, std::min((k + 1) * grain, n)); };
    run_blocks((n + grain - 1) / grain, BlockFunction(block));
}

/// Calls f(from, end) for [0, n) in blocks of `grain`, the last one shorter, as run_blocks does. f sees raw memory: it
/// copies and drops no Array but those that it made. A grain of less than 5 us of work does not pay.
template <class F>
void for_blocks(std::int64_t n, std::int64_t grain, const F& f) {
    if (n > grain) return for_many_blocks(n, grain, f);
    if (n > 0) f(std::int64_t{0}, n);
}

/// What is worth a thread: elements that a cheap function passes over, and multiplications of a product.
inline constexpr std::int64_t elements_at_once = std::int64_t{1} << 15, products_at_once = std::int64_t{1} << 17;

/// f(from, end) for n pieces that are `each` of `at_once` worth; what is worth less than two threads stays whole.
template <class F>
void for_pieces(std::int64_t n, std::int64_t each, std::int64_t at_once, const F& f) {
    const bool whole = n * each < 2 * at_once;
    for_blocks(n, whole ? n : std::max(at_once / each, std::int64_t{1}), f);
}
template <class F>
void for_elements(std::int64_t n, const F& f) {
    for_pieces(n, 1, elements_at_once, f);
}
/// Rows that hold `each` elements.
template <class F>
void for_rows(std::int64_t rows, std::int64_t each, const F& f) {
    for_pieces(rows, each, elements_at_once, f);
}

}  // namespace jt::kernels
