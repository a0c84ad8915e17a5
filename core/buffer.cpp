// The cache of memory blocks: one free list per size class and thread.
#include "buffer.hpp"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <new>

#include "error.hpp"

namespace jt {

namespace {

constexpr std::size_t n_classes = 16 + 4 * 54;  // for any number of bytes
constexpr std::size_t possible_classes = 16 + 4 * 40;
constexpr std::size_t doubling = 4;                   // so many classes on, blocks are twice as large
constexpr std::size_t large = std::size_t{64} << 10;  // from here on a block that is too large is better than a new one
constexpr std::size_t cache_limit = std::size_t{512} << 20;  // bytes one thread keeps at most

// Classes 0..15 are multiples of 64 bytes; above 1 KiB there are four classes to each doubling.
std::size_t bytes_of(std::size_t size_class) {
    if (size_class < 16) return 64 * (size_class + 1);
    const auto k = size_class - 16;
    return (std::size_t{5} + k % 4) << (k / 4 + 8);
}

std::size_t class_of(std::size_t bytes) {
    if (bytes <= 1024) return (bytes - (bytes > 0)) / 64;
    const auto power = static_cast<std::size_t>(std::bit_width(bytes - 1)) - 1;
    return 16 + 4 * (power - 10) + (((bytes - 1) >> (power - 2)) & 3);
}

}  // namespace

struct BufferCache {
    using Block = Buffer::Block;
    Block* free[n_classes] = {};
    std::size_t bytes = 0, limit = 0;
    std::ptrdiff_t taken = 0;  // bytes that came from the system and did not go back

    bool has_room(const Block* block) const noexcept { return bytes + block->bytes <= limit; }
    void keep(Block* block) noexcept {
        bytes += block->bytes;
        block->next = std::exchange(free[block->size_class], block);
    }
    /// The last one kept of a class that has some.
    Block* pop(std::size_t size_class) noexcept {
        Block* const block = std::exchange(free[size_class], free[size_class]->next);
        bytes -= block->bytes;
        block->refs = 1;
        return block;
    }
    Block* take(std::size_t asked, std::size_t size_class);
    void keep_or_free(Block* block) noexcept;
    std::size_t clear() noexcept {
        const auto held = std::exchange(bytes, 0);
        taken -= static_cast<std::ptrdiff_t>(held);
        for (auto& list : free)
            while (list) std::free(std::exchange(list, list->next));
        return held;
    }
};

namespace {

// Static objects may drop buffers after their thread's cache is gone, so the cache is a plain object
// and a guard empties it at the end of the thread. Before there is one, and from then on, the limit is 0: blocks go
// straight back to the system.
constinit thread_local BufferCache cache;
constinit thread_local bool closed = false;
struct Guard {
    ~Guard() {
        cache.clear();
        cache.limit = 0;
        closed = true;
    }
    void open() noexcept {
        if (!closed) cache.limit = cache_limit;
    }
};
thread_local Guard guard;

}  // namespace

[[gnu::noinline]] Buffer::Block* BufferCache::take(std::size_t asked, std::size_t size_class) {
    guard.open();
    const auto size = bytes_of(size_class);
    const auto last = asked < large ? size_class : std::min(size_class + doubling, n_classes - 1);
    for (auto larger = size_class + 1; larger <= last; ++larger)
        if (free[larger]) return pop(larger);
    void* const memory = size_class < possible_classes ? std::aligned_alloc(64, sizeof(Block) + size) : nullptr;
    if (!memory) throw MemoryError(asked);
    taken += static_cast<std::ptrdiff_t>(size);
    return new (memory) Block{1, size_class, size, nullptr};
}

[[gnu::noinline]] void BufferCache::keep_or_free(Block* block) noexcept {
    guard.open();
    if (has_room(block)) return keep(block);
    taken -= static_cast<std::ptrdiff_t>(block->bytes);
    std::free(block);
}

Buffer::Block* Buffer::allocate(std::size_t bytes) {
    const auto size_class = class_of(bytes);
    if (!cache.free[size_class]) [[unlikely]]
        return cache.take(bytes, size_class);
    return cache.pop(size_class);
}

void Buffer::recycle(Block* block) noexcept {
    if (!cache.has_room(block)) [[unlikely]]
        return cache.keep_or_free(block);
    cache.keep(block);
}

BufferUse buffer_use() noexcept {
    const auto ready = static_cast<std::ptrdiff_t>(cache.bytes);
    cache.taken = std::max(cache.taken, ready);
    return {static_cast<std::size_t>(cache.taken - ready), cache.bytes};
}

std::size_t clear_buffer_cache() noexcept { return cache.clear(); }

}  // namespace jt
