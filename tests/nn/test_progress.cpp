// The line of a loop, on a terminal and elsewhere, to the end and when it is left or thrown out of.
#include "../../nn/report/progress.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <limits>
#include <regex>

#include "../../core/printable.hpp"
#include "../../nn/data/tensor_dataset.hpp"
#include "../check.hpp"

using namespace jt;

namespace {

// A file that is no terminal.
struct Paper {
    ~Paper() { std::fclose(file); }
    std::string text() const {
        std::string out(static_cast<std::size_t>(std::ftell(file)), '\0');
        std::rewind(file);
        CHECK(std::fread(out.data(), 1, out.size(), file) == out.size());
        return out;
    }

    std::FILE* file = std::tmpfile();
};

// A terminal of some width, and what is written to it; null where there are none.
struct Terminal {
    explicit Terminal(unsigned short columns) {
        leader = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
        if (leader < 0 || grantpt(leader) != 0 || unlockpt(leader) != 0) return;
        file = std::fopen(ptsname(leader), "w");
        const winsize size{24, columns, 0, 0};
        ioctl(leader, TIOCSWINSZ, &size);
        setenv("TERM", "xterm", 1);
    }
    ~Terminal() {
        if (file) std::fclose(file);
        close(leader);
    }
    std::string text() const {
        std::string out;
        pollfd ready{leader, POLLIN, 0};
        for (char c = 0; poll(&ready, 1, 100) == 1 && read(leader, &c, 1) == 1;) out += c;
        return out;
    }

    int leader = -1;
    std::FILE* file = nullptr;
};

bool matches(const std::string& text, const std::string& pattern) {
    return std::regex_match(text, std::regex(pattern));
}

// What stands between the returns, each as wide as it is.
std::vector<std::string> drawings(const std::string& text) {
    std::vector<std::string> out;
    const std::regex part("\r([^\x1b]*)\x1b\\[K");
    for (std::sregex_iterator at(text.begin(), text.end(), part), end; at != end; ++at) out.push_back((*at)[1]);
    return out;
}

}  // namespace

TEST_SUITE("nn") {
    TEST_CASE("progress: goes over vectors, arrays, steps and batches, each with its size") {
        const Paper paper;
        const ProgressOptions options{.out = paper.file};
        const std::vector<int> numbers{3, 4, 5};
        int sum = 0;
        for (const int k : progress(numbers, options)) sum += k;
        for (const int k : progress(std::vector<int>{1, 2}, options)) sum += 10 * k;
        for (const auto k : progress(5, options)) sum += static_cast<int>(100 * k);
        dataset::TensorDataset data(arange(10).float32(), arange(10));
        data.set_attrs({.batch_size = 4});
        for (auto [x, y] : progress(data, options)) sum += static_cast<int>(1000 * x.shape(0) + y.sum().item());
        CHECK(sum == 12 + 30 + 1000 + 10000 + 45);
        CHECK(matches(paper.text(), "3/3 in 0\\.\\d s, [\\d.]+/s\n2/2 .*\n5/5 .*\n3/3 .*\n"));
    }
    TEST_CASE("progress: elements of an lvalue can be written to") {
        const Paper paper;
        std::vector<int> numbers{1, 2};
        for (int& k : progress(numbers, ProgressOptions{.out = paper.file})) k *= 2;
        CHECK(numbers == std::vector<int>{2, 4});
    }
    TEST_CASE("progress: without a terminal a line each few seconds, and one at the end") {
        const Paper seldom, often;
        for ([[maybe_unused]] const auto k : progress(1000, ProgressOptions{.out = seldom.file})) {
        }
        for ([[maybe_unused]] const auto k :
             progress(3, ProgressOptions{.name = "epoch 1", .out = often.file, .every = 0})) {
        }
        CHECK(matches(seldom.text(), "1000/1000 in [^\n]*\n"));
        CHECK(matches(often.text(),
                      "epoch 1: 1/3 [^\n]* left\nepoch 1: 2/3 [^\n]*\nepoch 1: 3/3 [^\n]*\n"
                      "epoch 1: 3/3 in [^\n]*\n"));
    }
    TEST_CASE("progress: metrics by name, in the order in which they came") {
        const Paper paper;
        auto bar = progress(2, ProgressOptions{.out = paper.file});
        for (const auto k : bar) {
            bar.set("loss", 0.5 / static_cast<double>(k + 1));
            bar.set("phase", "warm");
            bar.set("n", 3);
            bar.set("bad", NAN);
        }
        CHECK(matches(paper.text(), "2/2 in .*, loss 0.25, phase warm, n 3, bad nan\n"));
    }
    TEST_CASE("progress: what would break the line is shown as spaces") {
        const Paper paper;
        auto bar = progress(1, ProgressOptions{.name = "a\nb\x1b[2J", .out = paper.file});
        for ([[maybe_unused]] const auto k : bar) bar.set("c\r", "d\n");
        CHECK(matches(paper.text(), "a b \\[2J: 1/1 in .*, c  d \n"));
    }
    TEST_CASE("progress: a loop that is left or thrown out of ends its line; each loop begins anew") {
        const Paper paper;
        const ProgressOptions options{.out = paper.file};
        for (const auto k : progress(9, options))
            if (k == 2) break;
        const auto failing = [&] {
            for (const auto k : progress(9, options))
                if (k == 4) throw 1;
        };
        CHECK_THROWS_AS(failing(), int);
        auto bar = progress(2, options);
        for (int round = 0; round < 2; ++round)
            for ([[maybe_unused]] const auto k : bar) {
            }
        for ([[maybe_unused]] const auto k : progress(0, options)) {
        }
        CHECK(matches(paper.text(), "2/9 .*\n4/9 .*\n2/2 .*\n2/2 .*\n0/0 in 0.0 s\n"));
    }
    TEST_CASE("progress: steps and elements go on behind those that were done before") {
        const Paper paper;
        const ProgressOptions options{.out = paper.file, .initial = 2};
        std::vector<std::int64_t> steps;
        auto bar = progress(5, options);
        for (int round = 0; round < 2; ++round)
            for (const auto k : bar) steps.push_back(k);
        CHECK(steps == std::vector<std::int64_t>{2, 3, 4, 2, 3, 4});
        for (const auto k : progress(2, options)) steps.push_back(k);
        for (const auto k : progress(std::vector<int>{7}, options)) steps.push_back(k);
        CHECK(steps.back() == 7);
        CHECK(steps.size() == 7);
        CHECK(matches(paper.text(), "5/5 .*\n5/5 .*\n2/2 in 0.0 s\n3/3 .*\n"));
    }
    TEST_CASE("progress: the rate is that of this loop") {
        const Paper paper;
        {
            ProgressLine line(3000000, {.out = paper.file, .initial = 2999999});
            line.open();
            while (line.seconds() < 0.01) continue;
            line.step();
        }
        CHECK(matches(paper.text(), "3000000/3000000 in 0\\.\\d s, [\\d.]{1,4}/s\n"));
    }
    TEST_CASE("progress: a dataset goes on in the middle of its epoch, and counts so") {
        const Paper paper;
        dataset::TensorDataset data(arange(10).float32(), arange(10));
        data.set_attrs({.batch_size = 4, .shuffle = true});
        nn::StateDict state;
        for ([[maybe_unused]] const auto& batch : data) {
            state = data.state_dict();
            break;
        }
        CHECK(data.batches_before() == 0);
        data.load_state_dict(state);
        CHECK(data.batches_before() == 1);
        auto bar = progress(data, ProgressOptions{.out = paper.file, .every = 0});
        for (int epoch = 0; epoch < 2; ++epoch)
            for ([[maybe_unused]] const auto& batch : bar) {
            }
        CHECK(data.batches_before() == 0);
        CHECK(matches(paper.text(),
                      "2/3 .* left\n3/3 .*\n3/3 in .*\n"
                      "1/3 .* left\n2/3 .* left\n3/3 .*\n3/3 in .*\n"));
    }
    TEST_CASE("progress: on a terminal one line is redrawn and ended") {
        const Terminal terminal(80);
        if (!terminal.file) return;
        auto bar = progress(4, ProgressOptions{.name = "train", .out = terminal.file, .every = 0});
        for ([[maybe_unused]] const auto k : bar) bar.set("loss", 0.125);
        const std::string text = terminal.text();
        const auto lines = drawings(text);
        REQUIRE(lines.size() == 6);
        CHECK(matches(lines[0], "train: 0/4 ░{1,}.*"));
        CHECK(matches(lines[2], "train: 2/4 (█)+(░)+ 0.0 s, .*/s, 0.0 s left, loss 0.125"));
        CHECK(matches(lines[5], "train: 4/4 (█)+ in 0.0 s, .*/s, loss 0.125"));
        CHECK(text.find('\n') == text.size() - 1);
    }
    TEST_CASE("progress: the line fits any width") {
        for (const int columns : {1, 2, 5, 20, 40, 60, 200}) {
            CAPTURE(columns);
            const Terminal terminal(static_cast<unsigned short>(columns));
            if (!terminal.file) return;
            auto bar = progress(3, ProgressOptions{.name = "größer", .out = terminal.file, .every = 0});
            for ([[maybe_unused]] const auto k : bar) bar.set("loss", 0.125);
            for (const std::string& line : drawings(terminal.text()))
                CHECK(letters(line) < static_cast<std::size_t>(columns));
        }
    }
    TEST_CASE("progress: an exception leaves the terminal's line ended") {
        const Terminal terminal(80);
        if (!terminal.file) return;
        const auto failing = [&] {
            auto bar = progress(9, ProgressOptions{.out = terminal.file});
            for (const auto k : bar)
                if (k == 4) throw 1;
        };
        CHECK_THROWS_AS(failing(), int);
        CHECK(terminal.text().ends_with("\n"));
    }
    TEST_CASE("progress: a dumb terminal gets plain lines") {
        const Terminal terminal(80);
        if (!terminal.file) return;
        setenv("TERM", "dumb", 1);
        for ([[maybe_unused]] const auto k : progress(2, ProgressOptions{.out = terminal.file})) {
        }
        setenv("TERM", "xterm", 1);
        CHECK(matches(terminal.text(), "2/2 in .*\r\n"));
    }
    TEST_CASE("progress: a step that draws nothing takes less than a microsecond") {
        const Paper paper;
        auto bar = progress(100000, ProgressOptions{.out = paper.file});
        for ([[maybe_unused]] const auto k : bar) bar.set("loss", 1);
        CHECK(bar.seconds() < 0.1);
    }
    TEST_CASE("progress: without a file nothing is shown") {
        int steps = 0;
        auto bar = progress(3, ProgressOptions{.out = nullptr, .every = 0});
        for ([[maybe_unused]] const auto k : bar) bar.set("loss", ++steps);
        CHECK_EQ(steps, 3);
    }

    TEST_CASE("progress: errors") {
        CHECK_THROWS_WITH(progress(-1), "progress: needs 0 steps or more, got -1");
        constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
        CHECK_THROWS_WITH(progress(3, {.initial = 4}), "progress: needs an initial from 0 to 3, got 4");
        CHECK_THROWS_WITH(progress(3, {.initial = -1}), "progress: needs an initial from 0 to 3, got -1");
        CHECK_THROWS_WITH(progress(std::vector<int>{1, 2}, {.initial = -1}),
                          "progress: needs an initial from 0 to 1, got -1");
        CHECK_THROWS_WITH(progress(std::vector<int>{1, 2}, {.initial = most}),
                          "progress: needs an initial from 0 to 9223372036854775805, got 9223372036854775807");
        CHECK_THROWS_WITH(progress(1, ProgressOptions{.every = NAN}), "progress: needs every of 0 or more, got nan");
        CHECK_THROWS_WITH(progress(1, ProgressOptions{.every = -1}), "progress: needs every of 0 or more, got -1");
    }
}
