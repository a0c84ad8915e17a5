// The graph behind Vars: a node is a value, and when it was recorded the op that made it and what went in.
#pragma once
#include <array>
#include <memory>
#include <span>

#include "scope.hpp"
#include "var.hpp"

namespace jt {

class Call;

/// One op: its name and its rule, which gives the gradients of the inputs from the gradient g of the output.
/// The rule is written in Vars, so that it can be differentiated again, and captures nothing: all it needs is in the
/// call. A gradient that it gives may have extent 1 where it repeats; so may the g that it takes, if it says so.
struct Op {
    const char* name;
    Vars (*rule)(const Var& g, const Call& call);
    bool broadcasts = false;  ///< an element-wise op, whose rule also takes a g that only broadcasts to the output
};

/// What recorded an input: the node for the gradient, the buffer for the numbers the op read (a later write gets a new
/// buffer). An empty Var, as a Function may be given, stays empty.
struct Input {
    Var var;
    Buffer saved;
};

/// What the value of a derived attribute refers to: the attributes that hold its numbers (nn/module.hpp).
struct Derived {
    std::string name;
    std::vector<std::string> sources;
    Vars held;  ///< by the sources that are not empty

    /// "weight is derived: set weight_g and weight_v instead", for the verb "set".
    std::string advice(const char* verb) const;
};

/// Rare company of a node: hooks, a name, parameters too large to be inline, what replaced it, what it is derived from.
struct Extra {
    HookList<Callable<Var(const Var&)>> hooks;
    std::string name;
    std::string replaced_by;
    int replacements = 0;
    std::vector<std::weak_ptr<const Var>> holders;  ///< attributes that held it, while their modules live
    bool warned = false;                            ///< somebody asked for its gradient where there is none
    SharedPtr<const void> box;
    std::weak_ptr<const Derived> derived;  ///< the module's, while the attribute is derived
};

/// Which pass has seen a node, and at which of its steps.
struct Visit {
    std::uint64_t mark, slot;
};

class Node : public Counted {
public:
    explicit Node(Array&& v);
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;
    static void* operator new(std::size_t bytes);
    static void operator delete(void* memory) noexcept;

    /// The value, copied first when someone else holds its buffer: write only through this.
    Array& writable();
    Extra& extras() {
        if (!extra) extra = std::make_unique<Extra>();
        return *extra;
    }

    bool requires_grad;
    bool stopped = false;  ///< by stop_grad, not because it was made under no_grad
    bool wanted = false;   ///< a parameter of a module or an optimizer, or start_grad was called: its gradient counts
    bool scalar = false;   ///< Jittor's scalar flag: does not widen the other operand (ops/promote.hpp)
    std::uint64_t id;      ///< creation number: an input's is always smaller
    Array value;
    const Op* op = nullptr;
    const Scope* scope = nullptr;  ///< where it was made
    SmallVector<Input, 4> inputs;
    std::unique_ptr<Extra> extra;
    union {
        Node* next;   ///< while it waits to be freed
        Visit visit;  ///< scratch of the pass that is collecting it (grad.cpp)
    };
    alignas(8) std::array<std::byte, 64> params;
};

/// What stands in place of a node's op once grad has freed its inputs.
extern const Op freed;

inline Node* Var::node() const noexcept { return static_cast<Node*>(node_); }

template <class P>
inline constexpr bool is_shared = false;
template <class P>
inline constexpr bool is_shared<SharedPtr<const P>> = true;

/// A recorded node as its rule sees it.
class Call {
public:
    Call(const Node& node, const int* slots) : node_(node), slots_(slots) {}

    std::size_t size() const { return node_.inputs.size(); }
    /// The k-th input with the numbers that the op read; empty where the op was given nothing.
    Var input(std::size_t k) const {
        const Input& in = node_.inputs[k];
        const bool unwritten = !in.var.defined() || in.saved == in.var.node()->value.buffer();
        return unwritten ? in.var : as_read(in);
    }
    Shape shape(std::size_t k) const { return node_.inputs[k].var.shape(); }
    Var output() const { return Var(const_cast<Node*>(&node_)); }
    const Scope* scope() const { return node_.scope; }
    /// Whether somebody's grad walked through this node, and freed its inputs, while its own rule was running.
    bool freed() const { return node_.op == &jt::freed; }
    /// Whether anybody asked for the gradient of input k.
    bool needs(std::size_t k) const { return slots_[k] >= 0; }
    /// {f(0), f(1), ...}, where f is called only for inputs whose gradient is needed.
    template <class F>
    Vars each_needed(F f) const {
        Vars gradients;
        for (std::size_t k = 0; k < size(); ++k) gradients.push_back(needs(k) ? f(k) : Var());
        return gradients;
    }
    /// The parameters that `record` was given: a reference, of a shared pointer a pointer.
    template <class P>
    decltype(auto) params() const {
        if constexpr (is_shared<P>)
            return P(node_.extra->box, static_cast<typename P::element_type*>(node_.extra->box.get()));
        else if constexpr (inline_params<P>)
            return static_cast<const P&>(*reinterpret_cast<const P*>(node_.params.data()));
        else
            return static_cast<const P&>(*static_cast<const P*>(node_.extra->box.get()));
    }

    template <class P>
    static constexpr bool inline_params = std::is_trivially_copyable_v<P> && sizeof(P) <= sizeof(Node::params) &&
                                          alignof(P) <= 8;

private:
    static Var as_read(const Input& in);

    const Node& node_;
    const int* slots_;
};

/// Notes that attributes which held these hold something else from now on, for an optimizer that still has one.
void mark_replaced(const Vars& old, const std::string& by);
void mark_replaced(const Vars& old, std::vector<std::string>&& by);  ///< each by its own

/// Notes that an attribute holds x, so that an optimizer can see when another Var was assigned to it. It does not throw
/// once there is room.
void make_room_for_holder(const Var& x);
void note_holder(const Var& x, const std::shared_ptr<const Var>& attribute);
/// How many of the attributes noted hold x, and how many another Var instead.
struct Holders {
    int held = 0, lost = 0;
};
Holders holders_of(const Var& x) noexcept;

/// What x is derived from, or null when it is no value of a derived attribute.
inline std::shared_ptr<const Derived> derived_of(const Node& x) { return x.extra ? x.extra->derived.lock() : nullptr; }

/// A parameter takes gradients unless stop_grad was called for it: that it was made under no_grad does not count.
void let_learn(const Var& x) noexcept;

/// Nodes that this thread made and neither freed nor keeps for reuse (from 0 again, where it freed those of others).
std::size_t live_nodes() noexcept;

[[gnu::tls_model("initial-exec")]] extern constinit thread_local bool record_on;
/// True when ops of this thread record.
inline bool recording() noexcept { return record_on; }

[[noreturn]] void fail_freed();
/// Throws a GraphError when a grad that keeps no graph has walked through this node before.
inline void check_not_freed(const Node& node) {
    if (node.op == &freed) [[unlikely]]
        fail_freed();
}

/// x in a node of its own: x itself when nobody else holds it, a clone otherwise. What ops and grad return is never the
/// node of something else, so that stop_grad or assign act on it alone.
Var own(Var&& x);

/// A leaf that holds `value`; gradients on when it is a float and this thread records.
Var make_var(Array value);
/// The g of a rule, to be written over by its last use, when neither a graph nor anybody else needs it; otherwise a new
/// leaf whose value is shared with them, and so not unique().
inline Var spent(const Var& g) {
    const Node& node = *g.node();
    const bool needed = record_on || node.refs != 1 || node.requires_grad || node.scalar || node.extra;
    return needed ? make_var(node.value) : g;
}

/// A leaf that takes no gradient.
Var constant(Array value);
/// The same, of one element: Jittor's scalar.
Var constant(const Scalar& value, Dtype dtype);

/// Reference to a Var in an argument list of `record`.
struct VarRef {
    VarRef(const Var& v) : var(v) {}
    const Var& var;
};
/// A Var that holds `value` and, when this thread records and an input takes gradients, remembers op and inputs.
Var record(const Op& op, Array&& value, std::initializer_list<VarRef> inputs);
Var record(const Op& op, Array&& value, const Vars& inputs);

/// The same with parameters that the rule will ask for.
template <class P, class Inputs = std::initializer_list<VarRef>>
Var record(const Op& op, Array&& value, const Inputs& inputs, P params) {
    Var y = record(op, std::move(value), inputs);
    Node& node = *y.node();
    if (!node.op) return y;
    if constexpr (is_shared<P>)
        node.extras().box = std::move(params);
    else if constexpr (Call::inline_params<P>)
        new (node.params.data()) P(params);
    else
        node.extras().box = make_shared_ptr<P>(std::move(params));
    return y;
}
template <class P>
Var record(const Op& op, Array&& value, std::initializer_list<VarRef> inputs, P params) {
    return record<P, std::initializer_list<VarRef>>(op, std::move(value), inputs, std::move(params));
}

[[noreturn]] void fail_empty(const char* op);
/// The node of a Var; throws a GraphError in the name of `op` when it is empty.
inline Node& node_of(const char* op, const Var& x) {
    if (!x.defined()) fail_empty(op);
    return *x.node();
}

}  // namespace jt
