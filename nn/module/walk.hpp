// The walk over a module and all below it.
#pragma once
#include <string_view>
#include <unordered_map>

#include "table.hpp"

namespace jt::nn {

/// Goes over a module and all below it without recursion, parents first: `for (Walk at(*this); at; ++at)`. Throws a
/// GraphError at a module that stands below itself.
class Module::Walk {
public:
    /// A module that stands in several places is met once, or at each of them.
    enum class Shared { once, everywhere };
    explicit Walk(const Module& root, Shared shared = Shared::once);
    explicit operator bool() const { return !way_.empty(); }
    Walk& operator++();
    /// Leaves out what is below this one.
    void skip_below();

    Module& module() const { return *way_.back().module; }
    const Table& table() const { return *module().table_; }
    const std::string& path() const { return path_; }
    /// The dotted name of an attribute of this module.
    std::string path_of(const Slot& slot) const { return path_.empty() ? slot.name : path_ + "." + slot.name; }
    /// The last part of the path.
    std::string_view key() const { return std::string_view(path_).substr(way_.back().key); }
    std::size_t depth() const { return way_.size() - 1; }

private:
    struct Step {
        Module* module;
        std::size_t next, path_before, key;
    };
    bool enter(const Slot& slot);
    bool is_to_enter(const Slot& slot);
    void leave();

    Shared shared_;
    std::vector<Step> way_;
    std::string path_;
    std::unordered_map<const Module*, bool> entered_;  ///< those of several handles; true while on the way
};

}  // namespace jt::nn
