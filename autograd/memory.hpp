// Ask how much is alive: nodes, and the bytes of what they hold.
#pragma once
#include <cstddef>
#include <iosfwd>
#include <string>

namespace jt {

/// Of one thread: what it took from the system and did not give back, less what lies ready to be used again. A thread
/// that hands memory to another goes on counting it. One that frees what was handed to it counts less; where that would
/// come to less than 0, it counts from 0 again.
struct Memory {
    std::size_t nodes;   ///< of all Vars, leaves too
    std::size_t bytes;   ///< of distinct buffers, as large as they were made: the next size of a class
    std::size_t cached;  ///< bytes that lie ready; clear_buffer_cache() frees them
};

/// What is alive in this thread.
Memory memory() noexcept;

/// "12 nodes, 1024 bytes in use, 2048 cached"
std::string str(const Memory& memory);
std::ostream& operator<<(std::ostream& out, const Memory& memory);

}  // namespace jt
