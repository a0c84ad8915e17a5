// The pool of threads: blocks, errors, nesting, other threads, forks; and that no number of threads changes a bit.
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "../../core/error.hpp"
#include "../../core/kernels/parallel.hpp"
#include "../../core/processors.hpp"
#include "../../core/threads.hpp"
#include "../notes.hpp"
#include "threads.hpp"

using jt::kernels::for_blocks;

namespace {

void wait_until(const std::atomic<bool>& flag) {
    while (!flag) std::this_thread::yield();
}

std::vector<int> visits(std::int64_t n, std::int64_t grain) {
    std::vector<int> seen(static_cast<std::size_t>(n));
    for_blocks(n, grain, [&](std::int64_t from, std::int64_t end) {
        for (auto i = from; i < end; ++i) ++seen[static_cast<std::size_t>(i)];
    });
    return seen;
}

/// How the child ends that runs f, killed after a while; -1 when it was killed.
template <class F>
int exit_code_of_child(F f) {
    const pid_t child = fork();
    if (child == 0) {
        alarm(20);
        std::_Exit(f());
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// The bounds of blocks do not depend on the number of threads.
std::set<std::pair<std::int64_t, std::int64_t>> bounds(std::int64_t n, std::int64_t grain) {
    std::mutex mutex;
    std::set<std::pair<std::int64_t, std::int64_t>> all;
    for_blocks(n, grain, [&](std::int64_t from, std::int64_t end) {
        const std::lock_guard lock(mutex);
        all.insert({from, end});
    });
    return all;
}

}  // namespace

TEST_SUITE("core") {
    TEST_CASE("for_blocks comes once to each of n, in the same blocks on any number of threads") {
        for (const std::int64_t n : {0, 1, 5, 64, 1000})
            for (const std::int64_t grain : {1, 3, 64, 2000}) {
                const auto expected = bounds(n, grain);
                for (const int threads : {1, 2, 3, 7}) {
                    CAPTURE(n);
                    CAPTURE(grain);
                    CAPTURE(threads);
                    const Threads set(threads);
                    CHECK(visits(n, grain) == std::vector<int>(static_cast<std::size_t>(n), 1));
                    CHECK(bounds(n, grain) == expected);
                }
            }
    }

    TEST_CASE("blocks run side by side") {
        const Threads set(2);
        std::atomic<int> inside = 0;
        for_blocks(2, 1, [&](std::int64_t, std::int64_t) {
            ++inside;
            const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
            while (inside < 2 && std::chrono::steady_clock::now() < until) std::this_thread::yield();
        });
        CHECK(inside == 2);
    }

    TEST_CASE("the exception of a block reaches the caller, and the pool goes on") {
        for (const int threads : {1, 2, 3}) {
            const Threads set(threads);
            for (int round = 0; round < 50; ++round) {
                const auto fails = [](std::int64_t from, std::int64_t) {
                    if (from == 3) throw std::runtime_error("block 3");
                };
                CHECK_THROWS_WITH_AS(for_blocks(100, 1, fails), "block 3", std::runtime_error);
                CHECK(visits(100, 1) == std::vector<int>(100, 1));
            }
        }
    }

    TEST_CASE("within a block, all runs on the thread of the block") {
        const Threads set(3);
        std::atomic<int> elsewhere = 0;
        for_blocks(8, 1, [&](std::int64_t, std::int64_t) {
            const auto self = std::this_thread::get_id();
            for_blocks(8, 1, [&](std::int64_t, std::int64_t) { elsewhere += std::this_thread::get_id() != self; });
        });
        CHECK(elsewhere == 0);
    }

    TEST_CASE("while another thread uses the pool, all runs on the calling thread") {
        const Threads set(2);
        std::atomic<bool> busy = false, leave = false;
        std::thread other([&] {
            for_blocks(2, 1, [&](std::int64_t, std::int64_t) {
                busy = true;
                wait_until(leave);
            });
        });
        wait_until(busy);
        const auto self = std::this_thread::get_id();
        int here = 0;
        for_blocks(8, 1, [&](std::int64_t, std::int64_t) { here += std::this_thread::get_id() == self; });
        leave = true;
        other.join();
        CHECK(here == 8);
    }

    TEST_CASE("many threads at once are each served") {
        const Threads set(2);
        std::vector<std::thread> users;
        std::atomic<int> wrong = 0;
        for (int i = 0; i < 4; ++i)
            users.emplace_back([&] {
                for (int round = 0; round < 200; ++round) wrong += visits(64, 1) != std::vector<int>(64, 1);
            });
        for (auto& user : users) user.join();
        CHECK(wrong == 0);
    }

    TEST_CASE("a forked child runs on its own thread, and ends") {
        const Threads set(3);
        visits(100, 1);
        const auto child = [] {
            jt::set_num_threads(4);
            return visits(100, 1) == std::vector<int>(100, 1) && jt::num_threads() == 1 ? 7 : 1;
        };
        CHECK(exit_code_of_child(child) == 7);
        CHECK(exit_code_of_child([&] {
                  std::exit(child());
                  return 0;
              }) == 7);
        CHECK(visits(100, 1) == std::vector<int>(100, 1));
    }

    TEST_CASE("set_num_threads") {
        const Threads set(3);
        CHECK(jt::num_threads() == 3);
        CHECK_THROWS_WITH_AS(jt::set_num_threads(0), "set_num_threads: needs 1 to 1024, got 0", jt::ValueError);
        CHECK_THROWS_WITH_AS(jt::set_num_threads(1025), "set_num_threads: needs 1 to 1024, got 1025", jt::ValueError);
        CHECK(jt::num_threads() == 3);
    }

    TEST_CASE("MINIJT_NUM_THREADS is a number, or there is a warning") {
        CHECK(jt::threads_wished(nullptr, 5) == 5);
        CHECK(jt::threads_wished(nullptr, 5000) == 1024);
        CHECK(jt::threads_wished("12", 5) == 12);
        for (const char* wish : {"", "0", "1025", "two", "2 ", "99999999999999999999"}) {
            CAPTURE(wish);
            const jt::test::Notes notes;
            CHECK(jt::threads_wished(wish, 5) == 5);
            CHECK(notes.list == std::vector{std::string("MINIJT_NUM_THREADS: needs 1 to 1024, got '") + wish + "'"});
        }
    }

    TEST_CASE("a container's quota counts in whole processors") {
        CHECK(jt::processors_of_quota("max 100000\n") == 0);
        CHECK(jt::processors_of_quota("200000 100000\n") == 2);
        CHECK(jt::processors_of_quota("150000 100000\n") == 2);
        CHECK(jt::processors_of_quota("1000 100000\n") == 1);
        CHECK(jt::processors_of_quota("-1\n 100000\n") == 0);
        CHECK(jt::processors_of_quota("") == 0);
        CHECK(jt::processors_of_quota("100000 0") == 0);
        CHECK(jt::processors_of_quota("9223372036854775807 1") == 1 << 20);
        CHECK(jt::usable_processors() >= 1);
    }
}
