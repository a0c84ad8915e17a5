// The files that make_fixtures.py wrote.
#pragma once
#include "../../core/files/npz.hpp"
#include "../../nn/module/module.hpp"
#include "../check.hpp"

namespace jt::test {

/// One fixture file: Vars by key.
class Fixture {
public:
    explicit Fixture(const std::string& name) {
        for (const auto& [key, value] : load_npz(std::string(MINIJT_FIXTURES "/") + name))
            state_.add(key, jt::array(value));
    }
    Var operator[](const std::string& key) const { return state_[key]; }
    bool contains(const std::string& key) const { return state_.contains(key); }

private:
    nn::StateDict state_;
};

}  // namespace jt::test
