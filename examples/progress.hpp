// Show how far a long loop has come: one line that is redrawn in place, and nothing when the output is no terminal.
#pragma once
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <string>

/// `Progress bar(epochs); for (...) bar.show(epoch + 1, "loss 0.12");`
class Progress {
public:
    explicit Progress(int steps) : steps_(steps), shown_(isatty(STDOUT_FILENO) != 0) {}
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    ~Progress() {
        if (shown_) std::printf("\r\033[K"), std::fflush(stdout);
    }

    /// `done` steps out of all, and a note behind the bar.
    void show(int done, const std::string& note) const {
        if (!shown_) return;
        const int filled = width * done / steps_;
        std::string bar;
        for (int k = 0; k < width; ++k) bar += k < filled ? "█" : "░";
        std::printf("\r\033[K%*d/%d %s %s  %.1f s", digits(), done, steps_, bar.c_str(), note.c_str(), seconds());
        std::fflush(stdout);
    }
    /// Since it was made.
    double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

private:
    using Clock = std::chrono::steady_clock;
    static constexpr int width = 24;
    int digits() const { return static_cast<int>(std::to_string(steps_).size()); }

    int steps_;
    bool shown_;
    Clock::time_point start_ = Clock::now();
};
