// Blocks of memory that arrays share: counted, 64-byte aligned, kept in a per-thread cache of size classes.
#pragma once
#include <cstddef>
#include <cstdint>
#include <utility>

namespace jt {

/// A counted handle of one block. The count is not atomic: a block belongs to one thread at a time.
/// A dropped block goes to the cache of the thread that dropped it.
class Buffer {
public:
    Buffer() noexcept = default;
    /// At least `bytes` bytes, uninitialised. Throws a MemoryError, which is a std::bad_alloc.
    explicit Buffer(std::size_t bytes) : block_(allocate(bytes)) {}
    Buffer(const Buffer& other) noexcept : block_(other.block_) {
        if (block_) ++block_->refs;
    }
    Buffer(Buffer&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
    Buffer& operator=(Buffer other) noexcept {
        std::swap(block_, other.block_);
        return *this;
    }
    ~Buffer() {
        if (block_ && --block_->refs == 0) recycle(block_);
    }

    void* data() const noexcept { return block_ ? block_ + 1 : nullptr; }
    /// True when no other handle shares the block.
    bool unique() const noexcept { return block_ && block_->refs == 1; }
    explicit operator bool() const noexcept { return block_ != nullptr; }
    friend bool operator==(const Buffer& a, const Buffer& b) noexcept { return a.block_ == b.block_; }

private:
    struct alignas(64) Block {
        std::size_t refs;
        std::size_t size_class, bytes;  ///< bytes that follow, those of the class
        Block* next;
    };
    friend struct BufferCache;
    static Block* allocate(std::size_t bytes);
    static void recycle(Block* block) noexcept;

    Block* block_ = nullptr;
};

/// Bytes of the calling thread: of blocks that it made and neither freed nor keeps (from 0 again, where it freed those
/// of other threads), and of those that it keeps.
struct BufferUse {
    std::size_t in_use, cached;
};
BufferUse buffer_use() noexcept;

/// Frees what the calling thread's cache holds; returns the bytes it held.
std::size_t clear_buffer_cache() noexcept;

}  // namespace jt
