// What memory() counts.
#include "../../autograd/memory.hpp"

#include <sstream>
#include <thread>

#include "../../autograd/grad.hpp"
#include "../check.hpp"

namespace jt::test {

TEST_SUITE("autograd") {
    TEST_CASE("memory counts nodes and bytes that are alive, and what lies ready") {
        clear_buffer_cache();
        const Memory before = memory();
        CHECK_EQ(before.cached, 0);
        {
            const Var x = zeros({1024}), y = x * 2, z = y.detach();
            const Memory held = memory();
            CHECK_EQ(held.nodes, before.nodes + 3);
            CHECK_EQ(held.bytes, before.bytes + 2 * 4096);  // z shares y's buffer
            CHECK_EQ(held.cached, 0);
        }
        const Memory after = memory();
        CHECK_EQ(after.nodes, before.nodes);
        CHECK_EQ(after.bytes, before.bytes);
        CHECK_EQ(after.cached, 2 * 4096);
        CHECK_EQ(clear_buffer_cache(), 2 * 4096);
        CHECK_EQ(memory().cached, 0);
        CHECK_EQ(memory().bytes, before.bytes);
    }

    TEST_CASE("a large block that lies ready is taken for up to half its size, a small one for its own alone") {
        clear_buffer_cache();
        const Memory before = memory();
        const std::int64_t kept = 80 << 10, half = 40 << 10, less = 32 << 10;
        zeros({kept});
        CHECK_EQ(memory().cached, 4 * kept);
        {
            const Var x = zeros({half});
            CHECK_EQ(memory().bytes, before.bytes + 4 * kept);
            CHECK_EQ(memory().cached, 0);
        }
        {
            const Var x = zeros({less});
            CHECK_EQ(memory().bytes, before.bytes + 4 * less);
            CHECK_EQ(memory().cached, 4 * kept);
        }
        zeros({kept >> 6});
        const Memory ready = memory();
        const Var x = zeros({kept >> 7});
        CHECK_EQ(memory().cached, ready.cached);
    }

    TEST_CASE("assign writes into memory that nobody else holds, and into new memory where somebody does") {
        Var x = zeros({1024});
        const Var v = ones({1024});
        const void* const place = x.array().raw();
        x.assign(v);
        CHECK_EQ(x.array().raw(), place);
        const Var squared = x * x, other = x.detach();
        x.assign(v * 3);
        CHECK(x.array().raw() != place);
        CHECK_EQ(other.sum().item(), 1024);
        CHECK_EQ(grad(squared.sum(), x).sum().item(), 2048);
        x.assign(x);
        CHECK_EQ(x.sum().item(), 3072);
    }

    TEST_CASE("a pass that keeps no graph leaves nothing behind") {
        const Var x = ones({100});
        const Memory before = memory();
        grad(tanh(x * x).sum(), x, false);
        CHECK_EQ(memory().nodes, before.nodes);
        CHECK_EQ(memory().bytes, before.bytes);
    }

    TEST_CASE("more nodes than are kept for reuse") {
        const Memory before = memory();
        {
            constexpr std::size_t more = 1'100'000;
            const Var x = ones({1});
            Vars many;
            for (std::size_t k = 1; k < more; ++k) many.push_back(x.detach());
            CHECK_EQ(memory().nodes, before.nodes + more);
        }
        CHECK_EQ(memory().nodes, before.nodes);
        CHECK_EQ(memory().bytes, before.bytes);
    }

    TEST_CASE("what goes to another thread never makes a count negative") {
        Memory there{};
        Var x = ones({1000});
        const Memory before = memory();
        std::thread([&] {
            x = Var();
            there = memory();
        }).join();
        CHECK_EQ(there.nodes, 0);
        CHECK_EQ(there.bytes, 0);
        CHECK_GT(there.cached, 0);
        CHECK_EQ(memory().nodes, before.nodes);  // still counted here
        CHECK_EQ(memory().bytes, before.bytes);
    }

    TEST_CASE("memory prints") {
        std::ostringstream out;
        out << Memory{12, 1024, 2048};
        CHECK_EQ(out.str(), "12 nodes, 1024 bytes in use, 2048 cached");
    }
}

}  // namespace jt::test
