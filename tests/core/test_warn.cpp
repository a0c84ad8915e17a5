// Warnings: where they go, and what a handler may do.
#include <stdexcept>

#include "../check.hpp"
#include "../notes.hpp"

using namespace jt;

TEST_SUITE("core") {
    TEST_CASE("a handler may warn: that goes to standard error") {
        int calls = 0;
        const auto previous = set_warning_handler([&](const std::string& note) {
            ++calls;
            warn("a warning of the handler about: " + note);
        });
        warn("first");
        warn("second");
        set_warning_handler(previous);
        CHECK_EQ(calls, 2);
    }

    TEST_CASE("a handler may install another one, and goes on with what it holds") {
        test::Notes notes;
        const std::string text(100, 'x');
        set_warning_handler([text, &notes](const std::string&) {
            set_warning_handler([&notes](const std::string& note) { notes.list.push_back("new " + note); });
            notes.list.push_back(text);
        });
        warn("a");
        warn("b");
        CHECK_EQ(notes.list, std::vector<std::string>{text, "new b"});
    }

    TEST_CASE("a handler may throw, and is called again for the next warning") {
        test::Notes notes;
        const auto throws = [](const std::string& note) { throw std::runtime_error(note); };
        set_warning_handler(throws);
        CHECK_THROWS_WITH_AS(warn("a"), "a", std::runtime_error);
        CHECK_THROWS_WITH_AS(warn("b"), "b", std::runtime_error);
        const auto mine = set_warning_handler({});
        CHECK(mine);
        CHECK(set_warning_handler({}));  // standard error, to be put back as any other
    }
}
