// What a state is asked for when it is loaded, and what is wrong with it.
#pragma once
#include <unordered_set>

#include "numbers.hpp"

namespace jt::nn::detail {

enum class Need { must_be, may_be, must_not_be };

/// Entries of a state, asked for one by one; then one error says all that does not fit.
class StateReader {
public:
    explicit StateReader(const StateDict& state) : state_(state) {}
    /// The entry, or null.
    const Var* find(const std::string& name, Need need);
    /// What the state gives for a number; when that is wrong or missing, what the number is.
    std::optional<double> read(const Number& number);
    void wrong(const std::string& name, const std::string& needs, const std::string& got);
    /// Throws a KeyError, also for entries that nobody asked for.
    void finish(const std::string& owner) const;

private:
    const StateDict& state_;
    std::unordered_set<std::string> known_;
    std::vector<std::string> missing_, wrong_;
};

}  // namespace jt::nn::detail
