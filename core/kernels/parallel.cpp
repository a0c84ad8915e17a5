// The pool behind run_blocks, and how many threads it has.
#include "parallel.hpp"

#include <pthread.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "../error.hpp"
#include "../processors.hpp"
#include "../threads.hpp"

namespace jt::kernels {

namespace {

using Clock = std::chrono::steady_clock;

/// How long a thread looks for a change before it sleeps: about what waking it costs.
constexpr std::chrono::microseconds spin_time{50};

void pause() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

/// Waits until `value` is no longer `seen`.
template <class T>
void await_change(const std::atomic<T>& value, T seen) {
    const auto until = Clock::now() + spin_time;
    while (value.load(std::memory_order_acquire) == seen) {
        if (Clock::now() > until) return value.wait(seen, std::memory_order_acquire);
        for (int i = 0; i < 16; ++i) pause();
    }
}

/// The job at hand in one word, so that one exchange takes a block of the very job that was looked at: which one it is,
/// how many blocks it has, and the next to take.
struct Ticket {
    static constexpr int bits = 20;
    static constexpr std::int64_t most_blocks = (1 << bits) - 1;
    std::uint64_t word;

    Ticket following(std::int64_t blocks) const {
        return {((word >> 2 * bits) + 1) << 2 * bits | static_cast<std::uint64_t>(blocks) << bits};
    }
    std::int64_t blocks() const { return static_cast<std::int64_t>(word >> bits) & most_blocks; }
    std::int64_t next() const { return static_cast<std::int64_t>(word) & most_blocks; }
    bool open() const { return next() < blocks(); }
};

/// Set while this thread runs a block.
thread_local bool in_block = false;

class Pool {
public:
    explicit Pool(int workers) {
        workers_.reserve(static_cast<std::size_t>(workers));
        try {
            for (int i = 0; i < workers; ++i) workers_.emplace_back([this] { serve(); });
        } catch (const std::exception&) {  // the system has no more threads, or no room for them: fewer do it, too
        }
    }
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;
    ~Pool() {
        stopping_ = true;
        publish(0);
        for (auto& worker : workers_) worker.join();
    }

    /// One call at a time.
    void run(std::int64_t blocks, BlockFunction f) {
        f_ = &f;
        failed_ = false;
        done_ = 0;
        publish(blocks);
        in_block = true;
        help();
        in_block = false;
        for (auto done = done_.load(); done != blocks; done = done_.load()) await_change(done_, done);
        if (failed_) std::rethrow_exception(std::exchange(failure_, nullptr));
    }

private:
    void publish(std::int64_t blocks) {
        ticket_.store(Ticket{ticket_.load()}.following(blocks).word);
        ticket_.notify_all();
    }

    void serve() {
        in_block = true;
        while (!stopping_) {
            help();
            const Ticket seen{ticket_.load()};
            if (!seen.open() && !stopping_) await_change(ticket_, seen.word);
        }
    }

    /// Takes blocks until none is left. Who has taken one keeps the job from ending.
    void help() {
        for (Ticket seen{ticket_.load()}; seen.open();)
            if (ticket_.compare_exchange_weak(seen.word, seen.word + 1)) {
                run_block(seen);
                seen.word = ticket_.load();
            }
    }

    void run_block(Ticket job) {
        try {
            if (!failed_) (*f_)(job.next());
        } catch (...) {
            if (!failed_.exchange(true)) failure_ = std::current_exception();
        }
        if (++done_ == job.blocks()) done_.notify_all();
    }

    std::atomic<std::uint64_t> ticket_ = 0;
    std::atomic<std::int64_t> done_ = 0;
    std::atomic<bool> failed_ = false, stopping_ = false;
    const BlockFunction* f_ = nullptr;
    std::exception_ptr failure_;
    std::vector<std::thread> workers_;
};

/// The pool, made at first use, and who uses it.
struct Shared {
    std::mutex in_use;
    std::unique_ptr<Pool> pool;
    std::atomic<int> threads = threads_wished(std::getenv("MINIJT_NUM_THREADS"), usable_processors());
    bool alone = false;  ///< in a forked child, where the pool's threads are not, and the mutex may be anybody's
};

/// Never destroyed, since other static objects may compute in their destructors.
Shared& shared() {
    static Shared& it = *new Shared;
    static struct Setup {
        Setup() {
            pthread_atfork(nullptr, nullptr, [] { it.alone = true; });
        }
        ~Setup() { stop(); }
        static void stop() {
            if (it.alone) return;
            const std::lock_guard lock(it.in_use);
            it.threads = 1;
            it.pool.reset();
        }
    } setup;
    return it;
}

}  // namespace

void run_blocks(std::int64_t count, BlockFunction f) {
    Shared& s = shared();
    if (s.threads > 1 && !in_block && !s.alone && count > 1 && count <= Ticket::most_blocks) {
        if (const std::unique_lock lock(s.in_use, std::try_to_lock); lock) {
            if (!s.pool) s.pool = std::make_unique<Pool>(s.threads - 1);
            return s.pool->run(count, f);
        }
    }
    for (std::int64_t k = 0; k < count; ++k) f(k);
}

}  // namespace jt::kernels

namespace jt {

using kernels::shared;

int num_threads() { return shared().alone ? 1 : shared().threads.load(); }

void set_num_threads(int n) {
    if (n < 1 || n > most_threads) fail<ValueError>("set_num_threads: needs 1 to ", most_threads, ", got ", n);
    auto& s = shared();
    if (s.alone) return;
    const std::lock_guard lock(s.in_use);
    s.pool.reset();
    s.threads = n;
}

}  // namespace jt
