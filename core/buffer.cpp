// The cache of memory blocks: one free list per size class and thread.
#include "buffer.hpp"

#include <algorithm>
#include <bit>
#include <cstdlib>

#include "error.hpp"

namespace jt {

namespace {

constexpr std::size_t n_classes = 16 + 4 * 40;
constexpr std::size_t cache_limit = std::size_t{512} << 20;  // bytes one thread keeps at most

// Classes 0..15 are multiples of 64 bytes; above 1 KiB there are four classes to each doubling.
std::size_t class_of(std::size_t bytes) {
    if (bytes <= 1024) return bytes == 0 ? 0 : (bytes - 1) / 64;
    const auto power = static_cast<std::size_t>(std::bit_width(bytes - 1)) - 1;
    return 16 + 4 * (power - 10) + (((bytes - 1) >> (power - 2)) & 3);
}

std::size_t bytes_of(std::size_t size_class) {
    if (size_class < 16) return 64 * (size_class + 1);
    const auto k = size_class - 16;
    return (std::size_t{5} + k % 4) << (k / 4 + 8);
}

}  // namespace

struct BufferCache {
    Buffer::Block* free[n_classes] = {};
    std::size_t bytes = 0;
    std::ptrdiff_t taken = 0;  // bytes that came from the system and did not go back

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
// and a guard empties it at the end of the thread; from then on blocks go straight back to the system.
constinit thread_local BufferCache cache;
constinit thread_local bool closed = false;
struct Guard {
    ~Guard() {
        cache.clear();
        closed = true;
    }
    void touch() noexcept {}
};
thread_local Guard guard;

}  // namespace

Buffer::Block* Buffer::allocate(std::size_t bytes) {
    if (bytes > bytes_of(n_classes - 1)) throw MemoryError(bytes);
    const auto size_class = class_of(bytes);
    auto& list = cache.free[size_class];
    Block* block = list;
    if (block) {
        list = block->next;
        cache.bytes -= bytes_of(size_class);
    } else {
        guard.touch();
        block = static_cast<Block*>(std::aligned_alloc(64, sizeof(Block) + bytes_of(size_class)));
        if (!block) throw MemoryError(bytes);
        block->size_class = size_class;
        cache.taken += static_cast<std::ptrdiff_t>(bytes_of(size_class));
    }
    block->refs = 1;
    return block;
}

void Buffer::recycle(Block* block) noexcept {
    const auto bytes = bytes_of(block->size_class);
    if (closed || cache.bytes + bytes > cache_limit) {
        cache.taken -= static_cast<std::ptrdiff_t>(bytes);
        std::free(block);
        return;
    }
    if (cache.bytes == 0) guard.touch();  // it may be the first that this thread holds
    cache.bytes += bytes;
    block->next = std::exchange(cache.free[block->size_class], block);
}

BufferUse buffer_use() noexcept {
    const auto ready = static_cast<std::ptrdiff_t>(cache.bytes);
    cache.taken = std::max(cache.taken, ready);
    return {static_cast<std::size_t>(cache.taken - ready), cache.bytes};
}

std::size_t clear_buffer_cache() noexcept { return cache.clear(); }

}  // namespace jt
