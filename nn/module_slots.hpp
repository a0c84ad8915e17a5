// The inside of a Module: its table of attributes, the walk over its tree, and its lists of hooks.
#pragma once
#include <string_view>

#include "../autograd/node.hpp"
#include "module.hpp"

namespace jt::nn {

/// "; missing: a, b", or nothing when there are no names.
std::string listed(const char* what, const std::vector<std::string>& names);

/// What somebody computed keeps its value, in a leaf: a parameter is where gradients end.
Var leaf(const Var& x);

/// Holds a Var or a module, so that a C++ reference to either stays valid whatever is set later. Slots never move.
struct Module::Slot {
    std::string name;
    Var var = {};
    ModulePtr module = {};
    Kind kind = Kind::parameter;
    std::size_t birth = 0;  ///< the order in which attributes first came, to put one back into its place
    std::shared_ptr<Derived> derived = {};           ///< what its values refer to, while it is derived
    Var rebuilt = {};                                ///< what the last rebuild put there
    std::shared_ptr<const Derivation> rebuild = {};  ///< shared with its run, which may take the attribute away
    std::function<void(Module&)> derive_again = {};
    bool listed = false;  ///< it is in the table, not deleted
    bool layer = false;   ///< it was last set to a module

    /// Notes what the sources hold now.
    void hold_sources(const Module& module);
    /// The value that the sources give now, in a node of its own, stopped when all of them are.
    Var value_from(Module& module);
    /// A parameter is where gradients end, and learns.
    void settle();
    /// All that `from` holds but its name, to which the table refers.
    void take(Slot&& from) noexcept;
    bool is_in_place() const { return var.node() == rebuilt.node(); }
    bool is_parameter() const { return var.defined() && kind == Kind::parameter && name[0] != '_'; }
    bool is_saved() const { return var.defined() && kind != Kind::derived && name[0] != '_'; }
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

/// Puts the random stream back to where it stood.
struct KeptStream {
    KeptStream() = default;
    KeptStream(const KeptStream&) = delete;
    KeptStream& operator=(const KeptStream&) = delete;
    ~KeptStream() { random::set_state(state); }
    const std::uint32_t state = random::state();
};

struct Module::Hooks {
    Module* owner;  ///< null when the module is gone but a graph still refers to it
    HookList<PreForwardHook> pre_forward;
    HookList<ForwardHook> forward;
    HookList<GradHook> input_backward, output_backward;
    HookList<BackwardHook> backward;

    /// What the hooks at the inputs make of gradients g.
    Vars at_inputs(const Vars& g, const Vars& grad_out) const;
    bool none() const {
        return pre_forward.empty() && forward.empty() && input_backward.empty() && output_backward.empty() &&
               backward.empty();
    }
};

/// Exchanges values, and puts the old ones back unless keep() is called.
class Module::Exchange {
public:
    Exchange() = default;
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;
    ~Exchange();

    /// Writes the elements of v, cast, into a leaf; throws in its name for numbers that its dtype does not hold.
    void write(const Var& x, const std::string& name, const Var& v);
    /// Puts a Var into a slot, as rebuilt when that is derived.
    void put(Slot& slot, Var value);
    void keep() noexcept;

private:
    struct Old {
        Slot* slot;
        Var var, rebuilt;
    };
    std::vector<std::pair<Var, Array>> arrays_;
    SmallVector<Old, 2> slots_;
};

}  // namespace jt::nn
