// The attributes of a module: slots in their order, found by name.
#pragma once
#include <atomic>
#include <memory>
#include <string_view>
#include <unordered_map>

#include "../../autograd/node.hpp"
#include "module.hpp"

namespace jt::nn {

/// What an attribute is for: parameters learn, buffers are only saved, derived ones are rebuilt from others.
enum class Role { parameter, buffer, derived };

/// What somebody computed keeps its value, in a leaf: a parameter is where gradients end.
Var leaf(const Var& x);

/// A leaf that learns or not, and is called, as x.
Var marked_like(Var leaf, const Var& x);

/// The largest difference of two elements; infinity for shapes that differ.
double largest_difference(const Var& x, const Var& y);

/// Holds a Var or a module, so that a C++ reference to either stays valid whatever is set later. Slots never move.
struct Module::Slot {
    std::string name;
    Var var = {};
    ModulePtr module = {};
    Role role = Role::parameter;
    std::size_t birth = 0;  ///< the order in which attributes first came, to put one back into its place
    std::shared_ptr<Derived> derived = {};  ///< what its values refer to, while it is derived
    Var rebuilt = {};                       ///< what the last rebuild put there
    bool listed = false;                    ///< it is in the table, not deleted
    bool layer = false;                     ///< it was last set to a module
    std::shared_ptr<const Var> place = {};  ///< where `var` is, as long as the module lives

    /// Notes what the sources hold now.
    void hold_sources(const Module& module);
    /// A parameter is where gradients end, learns, and knows that it stands here.
    void settle();
    /// All that `from` holds but its name, to which the table refers.
    void refill(Slot&& from) noexcept;
    bool is_in_place() const { return var.node() == rebuilt.node(); }
    bool is_parameter() const { return var.defined() && role == Role::parameter && name[0] != '_'; }
    bool is_saved() const { return var.defined() && role != Role::derived && name[0] != '_'; }
};

/// The attributes of a module in their order, found by name.
class Module::Table {
    using Slots = std::vector<std::unique_ptr<Slot>>;

public:
    Slots::const_iterator begin() const { return slots_.begin(); }
    Slots::const_iterator end() const { return slots_.end(); }
    std::size_t size() const { return slots_.size(); }
    Slot& operator[](std::size_t k) const { return *slots_[k]; }
    /// Null for a name that is not there or was deleted.
    Slot* find(const std::string& name) const;
    /// Adds the name at the end, by the slot that it had when it was deleted.
    Slot& add(const std::string& name);
    /// Takes a slot out and keeps it, as members may refer to it. What it holds is the caller's to empty.
    void remove(Slot& slot);
    void remove_all();
    /// Moves a slot to the end, and back to where its birth puts it.
    void move_to_end(const Slot& slot);
    void move_home(const Slot& slot);
    /// The slots of modules, in order.
    const std::vector<Slot*>& layers() const { return layers_; }
    void set_layer(Slot& slot, bool on);
    /// Slots that were deleted.
    const Slots& deleted() const { return deleted_; }
    /// All of it as it is now, and back; what came since goes. Nothing allocates on the way back, nor in `remove` until
    /// then.
    struct Before {
        std::size_t births;
        std::vector<std::pair<Slot*, Slot>> slots, deleted;
        std::vector<Slot*> layers;
    };
    Before before();
    void restore(Before& before) noexcept;

    std::size_t births = 0;

private:
    Slots::iterator place_of(const Slot& slot);
    Slot* known(const std::string& name) const;
    void add_known(const Slot& slot);
    Slot* add_fresh(const std::string& name);
    void index(Slot& slot);
    void make_room();
    void list_layers();
    void let_go(Slots& slots, const Before& before) noexcept;

    Slots slots_, deleted_;
    std::vector<Slot*> layers_;
    std::unordered_map<std::string_view, Slot*> by_name_;  ///< of a large table, with the deleted ones
};

/// What a module knows of its calls, which several threads may make.
struct Module::Calls {
    std::atomic<bool> ask_mode = false;           ///< it has asked for its mode while it ran
    std::atomic<const Scope*> scope = nullptr;    ///< where it was called last
    std::atomic<std::uint64_t> scope_caller = 0;  ///< and by whom
};

}  // namespace jt::nn
