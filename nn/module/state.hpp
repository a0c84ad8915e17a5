// StateDict: Vars by name, as modules and optimizers give their state away, and the files that hold one.
#pragma once
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "../../autograd/var.hpp"

namespace jt::nn {

/// Names with their Vars, in order.
class StateDict {
public:
    using value_type = std::pair<std::string, Var>;
    StateDict() = default;
    StateDict(std::initializer_list<value_type> entries) {
        for (const auto& [name, var] : entries) add(name, var);
    }

    void add(const std::string& name, const Var& var);
    /// Adds every entry of another state as "prefix.name", so that one file holds several; and those back by their
    /// names.
    void add(const std::string& prefix, const StateDict& state);
    StateDict part(const std::string& prefix) const;
    bool contains(const std::string& name) const { return find(name) != nullptr; }
    /// Throws a KeyError for a name that is not there.
    Var operator[](const std::string& name) const;
    const Var* find(const std::string& name) const;
    std::vector<std::string> names() const;
    std::size_t size() const { return entries_.size(); }
    auto begin() const { return entries_.begin(); }
    auto end() const { return entries_.end(); }

private:
    /// Where among those by name the first stands that is not before `name`.
    std::size_t place_of(const std::string& name) const;
    const value_type& entry(std::size_t at) const { return entries_[by_name_[at]]; }

    std::vector<value_type> entries_;
    std::vector<std::size_t> by_name_;  ///< where each name stands, in the order of names, when there are many
};

/// jt::save and jt::load of a state: .npz and .safetensors files, also of NumPy and Python's safetensors. A nested dict
/// loads with its keys joined by dots.
void save_state(const std::string& path, const StateDict& state);
StateDict load_state(const std::string& path);

/// What a lenient load_state_dict did not load: names in `missing` (not in the state) and `unexpected` (not in the
/// module), sentences in `mismatched`: "fc1.weight needs (3, 4), got (4, 3)".
struct LoadReport {
    std::vector<std::string> missing, unexpected, mismatched;
    bool ok() const { return missing.empty() && unexpected.empty() && mismatched.empty(); }
};

namespace detail {
/// "; missing: a, b", or nothing when there are no names.
std::string listed(const char* what, const std::vector<std::string>& names);
}  // namespace detail

}  // namespace jt::nn
