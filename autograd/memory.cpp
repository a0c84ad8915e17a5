// What is alive, in numbers.
#include "memory.hpp"

#include <ostream>

#include "node.hpp"

namespace jt {

Memory memory() noexcept {
    const auto [in_use, cached] = buffer_use();
    return {live_nodes(), in_use, cached};
}

std::string str(const Memory& memory) {
    return std::to_string(memory.nodes) + " nodes, " + std::to_string(memory.bytes) + " bytes in use, " +
           std::to_string(memory.cached) + " cached";
}

std::ostream& operator<<(std::ostream& out, const Memory& memory) { return out << str(memory); }

}  // namespace jt
