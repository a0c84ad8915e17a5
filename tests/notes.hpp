// Collects the warnings that are given while it lives.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "../core/warn.hpp"

namespace jt::test {

struct Notes {
    std::vector<std::string> list;
    std::function<void(const std::string&)> previous =
        set_warning_handler([this](const std::string& note) { list.push_back(note); });
    Notes() = default;
    ~Notes() { set_warning_handler(previous); }
    Notes(const Notes&) = delete;
    Notes& operator=(const Notes&) = delete;
};

}  // namespace jt::test
