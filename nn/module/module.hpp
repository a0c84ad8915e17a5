// Module: a named store of Vars and modules with an `execute`, hooks around it, and everything that walks the tree.
#pragma once
#include <concepts>
#include <iosfwd>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "../../autograd/var.hpp"
#include "hooks.hpp"
#include "module_ptr.hpp"
#include "state.hpp"

namespace jt {
struct Scope;
}

namespace jt::nn {

enum class Role;

/// What `attr` returns: bind it to a reference, `Var& weight = attr("weight", ...)`. A copy would not be the attribute,
/// so forgetting the & does not compile.
template <class T>
class Place {
public:
    explicit Place(T& slot) : slot_(slot) {}
    Place(const Place&) = delete;
    template <std::same_as<T> U>  // a template, so that whoever wants a copy chooses the other one
    operator U&() && {
        return slot_;
    }
    operator T() && {
        static_assert(!sizeof(T), "attr: bind to a reference that is not const, as in Var& weight = attr(...)");
    }

private:
    T& slot_;
};

/// Base of all networks and layers. Its attributes live in one ordered table, and a C++ member is a reference into it:
/// what a hook or setattr puts there is what `execute` reads. Neither copyable nor movable.
/// A module that stands below itself throws a GraphError in whatever walks the tree.
class Module {
public:
    Module();
    virtual ~Module();
    Module(const Module&) = delete;
    Module& operator=(const Module&) = delete;

    // ---- calling: pre-forward hooks, execute, forward hooks. A call holds its module: hooks and `execute` may
    // replace, delete or rename layers that run. One that finds too little stack throws a GraphError.
    /// What the module computes; override this. For several inputs or outputs derive from `Layer<Self>`.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverloaded-virtual"
    virtual Var execute(const Var& x);
#pragma GCC diagnostic pop
    virtual Vars execute_vars(const Vars& inputs);
    Var operator()(const Var& x);
    template <class... More>
    Var operator()(const Var& x, const Var& y, const More&... more) {
        return call_for_one(Vars{x, y, more...});
    }
    /// Any number of inputs and outputs.
    Vars call(const Vars& inputs);

    // ---- attributes
    /// Adds a parameter or a submodule; throws a KeyError when the name is taken or has a dot, and for a module that
    /// this one stands in. Of a computed Var it keeps the value. A parameter learns, also when it was made under
    /// no_grad, unless stop_grad was called for it.
    Place<Var> attr(const std::string& name, const Var& value);
    Place<ModulePtr> attr(const std::string& name, ModulePtr module);
    /// Adds a Var that is saved with the module but does not learn: running statistics.
    Place<Var> register_buffer(const std::string& name, const Var& value);
    /// True for an attribute, and for "__fhook2__", "__fhook__", "__bihook__", "__bohook__" while such a hook is there.
    bool hasattr(const std::string& name) const;
    /// Throws a KeyError that lists the names when there is no such Var or module.
    Var getattr(const std::string& name) const;
    const ModulePtr& getattr_module(const std::string& name) const;
    /// The submodule of that name, or null when the name is a Var or not there.
    const Module* child(const std::string& name) const;
    /// Replaces an attribute in its place or adds one at the end; throws a KeyError for a derived one, and as attr
    /// does. An optimizer that was made with the old parameter throws from then on, as does one of a module that is
    /// gone.
    void setattr(const std::string& name, Var value);
    void setattr(const std::string& name, ModulePtr module);
    /// The same, and returns itself.
    Module& add_module(const std::string& name, ModulePtr module);
    /// Takes an attribute away; a member that refers to it reads as empty from then on. Throws a KeyError for a derived
    /// one and for what one is rebuilt from.
    void delattr(const std::string& name);
    /// Names of the attributes in order.
    std::vector<std::string> attributes() const;

    // ---- the tree
    /// Parameters, each once: own ones first, then the children's, as Jittor. Gives them their dotted names. One that
    /// was assigned through its member, `weight = weight * 0.5`, becomes a leaf that learns.
    Vars parameters();
    StateDict named_parameters();
    /// Parameters and buffers by dotted name.
    StateDict state_dict();
    /// Copies values in, cast to each dtype, and rebuilds derived attributes. Strict: throws one KeyError that lists
    /// all missing, unexpected and wrongly shaped entries and changes nothing; else loads what fits and reports the
    /// rest. A parameter that stands in several places may come under any of its names; a KeyError when two of them
    /// bring different values, and for a name that comes twice.
    LoadReport load_state_dict(const StateDict& state, bool strict = true);
    /// As Jittor's: loads what fits, and warns of names that are not there and of wrong shapes.
    LoadReport load_parameters(const StateDict& state);
    /// state_dict as an .npz file, written atomically; and back, strictly. Throws a FileError, and a KeyError as
    /// load_state_dict does.
    void save(const std::string& path);
    void load(const std::string& path);
    /// Itself and all below it, each once, parents first. (The handle of a module that no handle holds, since it is a
    /// C++ variable, does not hold it either.)
    std::vector<ModulePtr> modules();
    /// The same by dotted name, and under each of its names when it stands in several places; itself is "".
    NamedModules named_modules();
    std::vector<ModulePtr> children();
    /// Those by name.
    NamedModules named_children();
    /// The i-th submodule, counted from the end when negative, in constant time. Throws an IndexError, and a KeyError
    /// when there are none.
    const ModulePtr& layer(int i) const;
    /// How many attributes hold modules.
    std::size_t n_layers() const;
    template <class F>
    void apply(F f) {
        for (const ModulePtr& module : modules()) f(*module);
    }
    /// An independent copy of what nn::make made: state, mode and weight norm, not the user's hooks. It owns its memory
    /// and all its modules, so that it may go to another thread; what stands in several places does so in the copy. Its
    /// modules are made again from the arguments of nn::make, in which modules and Vars are replaced by their copies.
    ModulePtr clone();

    // ---- mode
    Module& train() { return set_training(true); }
    Module& eval() { return set_training(false); }
    bool is_training() const;
    bool is_train() const { return is_training(); }

    // ---- what its Vars are
    /// Freezes all parameters, or lets them learn again; gradients pass through to the inputs either way.
    Module& requires_grad_(bool requires_grad = true);
    /// What `net.float64()` calls. As a name alone it is the dtype, as everywhere: `zeros({2}, float64)`.
    class Conversion {
    public:
        Conversion(Module* module, Dtype dtype) : module_(*module), dtype_(dtype) {}
        Module& operator()() const;
        operator Dtype() const { return dtype_; }

    private:
        Module& module_;
        Dtype dtype_;
    };
    /// Replaces float parameters and buffers by others of that dtype, as setattr does: an optimizer that was made
    /// before throws.
    const Conversion float32{this, Dtype::float32}, float64{this, Dtype::float64};

    // ---- hooks: those of one kind run in the order registered, when the module is called, not when `execute` is. One
    // that returns nothing, or an empty list, changes nothing; one that returns a Var or Vars replaces what it may.
    /// f(Module&, const Vars& inputs), before execute; may return other inputs. It stands in `__fhook2__`, behind the
    /// entries that rebuild derived attributes.
    template <class F>
    HookHandle register_pre_forward_hook(F f) {
        return hook_lists().pre_forward.add(returning_vars<Module&, const Vars&>(std::move(f)));
    }
    /// f(Module&, const Vars& inputs, const Vars& outputs), after execute; may return other outputs.
    template <class F>
    HookHandle register_forward_hook(F f) {
        return hook_lists().forward.add(returning_vars<Module&, const Vars&, const Vars&>(std::move(f)));
    }
    /// f(const Vars& gradients of the inputs), once grad has them; may return others. Runs only when the inputs are, or
    /// depend on, a target of grad: not in an optimizer's step at a first layer, whose inputs are data.
    template <class F>
    HookHandle register_input_backward_hook(F f) {
        return hook_lists().input_backward.add(returning_vars<const Vars&>(std::move(f)));
    }
    /// f(const Vars& gradients of the outputs), before the rules of what execute recorded; may return others.
    template <class F>
    HookHandle register_output_backward_hook(F f) {
        return hook_lists().output_backward.add(returning_vars<const Vars&>(std::move(f)));
    }
    /// f(Module&, const Vars& gradients of the inputs, const Vars& those of the outputs), under the same condition and
    /// after the input backward hooks; may return other gradients of the inputs.
    template <class F>
    HookHandle register_backward_hook(F f) {
        return hook_lists().backward.add(returning_vars<Module&, const Vars&, const Vars&>(std::move(f)));
    }
    /// What `__fhook2__` lists, in the order it runs: "weight_norm.weight", then the user's hooks by number.
    std::vector<std::string> pre_forward_hooks() const;
    /// Without a handle: all of the user's hooks of that kind.
    void remove_pre_forward_hook();
    void remove_forward_hook();
    void remove_input_backward_hook();
    void remove_output_backward_hook();
    void remove_backward_hook();

    // ---- derived attributes: rebuilt from other attributes by an entry of `__fhook2__`, ahead of the user's hooks
    /// Rebuilds one attribute; it receives the module and must capture neither it nor a Var, so that it can serve a
    /// clone, also on another thread.
    using Derivation = Callable<Var(Module&)>;
    /// Turns the Var `name` into a derived attribute at the end of the table and rebuilds it now. `sources` are the
    /// Vars to write instead; `again` does the same to another module that was made alike (see draw_in_order); the key
    /// of its entry in `__fhook2__` is "by.name". Throws a KeyError when it is derived already, a source is not there,
    /// or is rebuilt from `name`.
    ///
    /// Writing to what is rebuilt would be lost, so assign and setattr throw; stop_grad and start_grad act on the
    /// sources. Assigning through the member (`weight = w`) throws a KeyError at the next call, save or clone, until
    /// the derived value is put back: by rebuild_derived, load_state_dict or underive.
    void derive(const std::string& name, const std::vector<std::string>& sources, Derivation rebuild,
                Callable<void(Module&)> again = {}, const std::string& by = "derive");
    /// Turns it back into a parameter that holds `value`, in its original place, and takes its entry out of
    /// `__fhook2__`. Throws a KeyError when it is not derived.
    void underive(const std::string& name, const Var& value);
    bool is_derived(const std::string& name) const;
    /// True when a derived attribute is rebuilt from this one.
    bool is_source(const std::string& name) const;
    /// True for a Var that is neither a buffer nor derived; one named "_..." counts, though parameters() leaves it out.
    bool is_parameter(const std::string& name) const;
    /// Rebuilds every derived attribute of this module, whatever was assigned to its member.
    void rebuild_derived();

    // ---- what class it is of
    /// This module as M; throws a KeyError when it is something else.
    template <class M>
    M& as() {
        if (M* module = as_if<M>()) return *module;
        detail::refuse_class("as", typeid(M), this);
    }
    /// This module as M, or null when it is something else: `if (auto* linear = m.as_if<nn::Linear>())`.
    template <class M>
    M* as_if() {
        return dynamic_cast<M*>(this);
    }
    template <class M>
    const M* as_if() const {
        return dynamic_cast<const M*>(this);
    }

    // ---- printing
    /// "Linear": the class name without its namespace; layers that Jittor prints otherwise override it.
    virtual std::string class_name() const;
    /// What stands between the parentheses.
    virtual std::string extra_repr() const { return ""; }

protected:
    /// g++ makes the arguments of `Sequential(make..., make...)` from right to left; Jittor draws from left to right.
    /// Gives children that were made so, and that nobody else holds, the initial values of their present order. For the
    /// end of a constructor that takes its modules by value and moves them into attributes.
    void draw_in_order();

    /// Names of the Vars in the order in which they first came, without those that others are rebuilt from.
    std::vector<std::string> vars_in_order() const;

    /// Calls hooks around `execute` as operator() does, but computes by another function, for a class whose execute
    /// takes more than Vars.
    using Execute = Callable<Vars(const Vars&)>;
    Vars call_by(const Execute& execute, const Vars& inputs);
    /// The one output of a call for one; throws a ValueError that says how to get several.
    Var the_only(const Vars& outputs) const;

private:
    struct Slot;
    class Table;
    class Walk;
    class Cloning;
    class Loading;
    class Converting;
    class Exchange;
    class Fhook2;
    struct Hooks;
    struct Calls;
    struct Origin;
    class Draws;
    friend class Attempt;
    friend class Untouched;
    friend class eval_mode;
    friend class ModulePtr;
    friend class detail::Birth;
    friend std::string str(const Module& module);

    // A hook that returns nothing changes nothing.
    template <class... In, class F>
    static Callable<Vars(In...)> returning_vars(F f) {
        if constexpr (std::is_void_v<std::invoke_result_t<F&, In...>>)
            return [f](In... in) mutable { return f(in...), Vars(); };
        else if constexpr (std::is_same_v<std::invoke_result_t<F&, In...>, Var>)
            return [f](In... in) mutable { return Vars{f(in...)}; };
        else
            return f;
    }
    HookLists& hook_lists();

    Var call_for_one(const Vars& inputs);
    Vars run(const Vars& inputs, const Execute* by = nullptr);
    Vars run_hooked(const Vars& inputs, const Execute* by);
    Vars run_with_hooks(const Vars& inputs, const Execute* by);
    Vars execute_between_taps(const Vars& inputs, const Execute* by);
    Vars execute_by(const Execute* by, const Vars& inputs) { return by ? (*by)(inputs) : execute_vars(inputs); }
    void note_caller(const Module& caller);
    const Scope* scope();
    const Scope* find_scope() const;
    const Slot* slot_of(const Module& child) const;
    bool is_known(std::uint64_t caller) const;
    void know(std::uint64_t caller);
    void belong(const Module& owner, const std::string& name);
    ModulePtr handle();
    StateDict collect(bool (Slot::*wanted)() const);
    Module& set_training(bool on);
    Slot* find(const std::string& name) const;
    Slot& need(const std::string& name) const;
    Slot& add_slot(const std::string& name);
    Slot& add_new_slot(const std::string& name);
    Place<Var> add_var(const std::string& name, const Var& value, Role role);
    const Slot* derived_from(const std::string& source) const;
    Slot& slot_to_set(const std::string& name);
    void adopt(const ModulePtr& module, const std::string& name) const;
    void put(Slot& slot, ModulePtr module);
    bool holds(const Module& other) const;
    bool has_state_or_mode() const;
    static void mark_gone(const ModulePtr& module);
    void warn_of_derived(const StateDict& state) const;
    bool depends(const std::string& name, const std::string& source) const;

    const std::uint64_t id_;  ///< of this module alone, also after it is gone
    const OwnPtr<Table> table_;
    const SharedPtr<Hooks> hooks_;
    const OwnPtr<Calls> calls_;
    OwnPtr<Origin> origin_;  ///< null unless nn::make made it, or it drew in order
    bool training_ = true;
    std::string name_;                       ///< the last that it was put anywhere under
    SmallVector<std::uint64_t, 2> callers_;  ///< ids of those that it was put into, or that called it
    WeakPtr<Module> self_;                   ///< null while nobody holds it
    SharedPtr<Module> last_;                 ///< itself, while it waits to be freed
    Module* next_ = nullptr;                 ///< who waits behind it
};

/// "float32[5,]", or "None" for an empty Var: how Jittor shows one between the parentheses.
std::string peek(const Var& x);
/// As Jittor prints a module: one line, or a tree indented by four.
std::string str(const Module& module);
std::ostream& operator<<(std::ostream& out, const Module& module);
inline std::ostream& operator<<(std::ostream& out, const ModulePtr& module) { return out << *module; }

}  // namespace jt::nn
