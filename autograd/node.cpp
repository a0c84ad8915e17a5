// Making, recording and freeing nodes.
#include "node.hpp"

#include <algorithm>

#include "detect.hpp"

namespace jt {

constinit thread_local bool record_on = true;

namespace {

[[gnu::tls_model("initial-exec")]] constinit thread_local std::uint64_t last_id = 0;

// Freed nodes of this thread, kept for reuse, and not without end. As the buffer cache, it outlives no thread: it keeps
// none before there is a guard that empties it at the end of the thread, nor afterwards.
struct FreeList {
    struct Block {
        Block* next;
    };
    static constexpr std::size_t most = (std::size_t{256} << 20) / sizeof(Node);
    Block* head;
    std::size_t size, limit;
    bool closed;
    std::ptrdiff_t taken;  ///< blocks that came from the system and did not go back
};
[[gnu::tls_model("initial-exec")]] constinit thread_local FreeList spare = {};
struct Guard {
    ~Guard() {
        spare.taken -= static_cast<std::ptrdiff_t>(std::exchange(spare.size, 0));
        while (spare.head) ::operator delete(std::exchange(spare.head, spare.head->next));
        spare.limit = 0;
        spare.closed = true;
    }
    void open() noexcept {
        if (!spare.closed) spare.limit = FreeList::most;
    }
};
thread_local Guard guard;

[[gnu::noinline]] void* new_block(std::size_t bytes) {
    guard.open();
    void* const memory = ::operator new(bytes);
    ++spare.taken;
    return memory;
}

void keep_block(void* memory) noexcept {
    ++spare.size;
    spare.head = new (memory) FreeList::Block{spare.head};
}

[[gnu::noinline]] void keep_or_free(void* memory) noexcept {
    guard.open();
    if (spare.size < spare.limit) return keep_block(memory);
    --spare.taken;
    ::operator delete(memory);
}

}  // namespace

inline Node::Node(Array&& v)
    : requires_grad(record_on && is_float(v.dtype())), id(++last_id), value(std::move(v)), visit{0, 0} {}

namespace {

template <class Inputs>
bool any_requires_grad(const Inputs& inputs) {
    for (const VarRef x : inputs)
        if (x.var.defined() && x.var.node()->requires_grad) return true;
    return false;
}

[[gnu::always_inline]] inline void record_input(Node& node, const Var& x) {
    if (!x.defined()) return void(node.inputs.emplace_back());
    const Node& in = *x.node();
    if (in.id >= node.id) [[unlikely]]
        node.id = last_id = in.id + 1;  // it came from another thread
    node.inputs.emplace_back(x, in.value.buffer());
}

template <class Inputs>
[[gnu::noinline, gnu::cold]] void check(const Op& op, const Array& value, const Inputs& inputs) {
    Vars list;
    for (const VarRef x : inputs) list.push_back(x.var);
    check_value(op.name, value, list);
}

template <class Inputs>
Var made_by(const Op& op, Array&& value, const Inputs& inputs) {
    if (detecting) [[unlikely]]
        check(op, value, inputs);
    Node* node = new Node(std::move(value));
    Var y(node);
    node->scope = scope_now;
    if (node->requires_grad && any_requires_grad(inputs)) {
        node->op = &op;
        for (const VarRef x : inputs) record_input(*node, x.var);
    }
    return y;
}

const Op same_value{"identity", [](const Var& g, const Call&) -> Vars { return {g}; }};

}  // namespace

void* Node::operator new(std::size_t bytes) {
    if (!spare.head) [[unlikely]]
        return new_block(bytes);
    --spare.size;
    return std::exchange(spare.head, spare.head->next);
}

void Node::operator delete(void* memory) noexcept {
    if (spare.size >= spare.limit) [[unlikely]]
        return keep_or_free(memory);
    keep_block(memory);
}

Array& Node::writable() {
    if (!value.unique()) value = value.clone();
    return value;
}

// A chain of a million nodes must not free itself by recursion: a node whose count reaches zero waits in a list,
// and whoever came first empties the list.
void free_node(Counted* counted) noexcept {
    Node* node = static_cast<Node*>(counted);
    [[gnu::tls_model("initial-exec")]] static constinit thread_local Node* waiting = nullptr;
    [[gnu::tls_model("initial-exec")]] static constinit thread_local bool emptying = false;
    node->next = std::exchange(waiting, node);
    if (emptying) return;
    emptying = true;
    while (waiting) delete std::exchange(waiting, waiting->next);
    emptying = false;
}

std::size_t live_nodes() noexcept {
    const auto ready = static_cast<std::ptrdiff_t>(spare.size);
    spare.taken = std::max(spare.taken, ready);
    return static_cast<std::size_t>(spare.taken - ready);
}

void fail_empty(const char* op) { fail<GraphError>(op, ": needs a Var that holds something, got an empty one"); }

std::string Derived::advice(const char* verb) const {
    std::string out = name + " is derived";
    for (std::size_t k = 0; k < sources.size(); ++k)
        out += (k == 0 ? std::string(": ") + verb + " " : " and ") + sources[k];
    return sources.empty() ? out : out + " instead";
}

void mark_replaced(const Vars& old, const std::string& by) {
    mark_replaced(old, std::vector<std::string>(old.size(), by));
}

void mark_replaced(const Vars& old, std::vector<std::string>&& by) {
    for (const auto& x : old) x.node()->extras();
    for (std::size_t k = 0; k < old.size(); ++k) {
        old[k].node()->extra->replaced_by.swap(by[k]);
        ++old[k].node()->extra->replacements;
    }
}

void make_room_for_holder(const Var& x) {
    auto& holders = x.node()->extras().holders;
    std::erase_if(holders, [](const auto& holder) { return holder.expired(); });
    holders.reserve(holders.size() + 1);
}

void note_holder(const Var& x, const std::shared_ptr<const Var>& attribute) {
    const auto is_same = [&](const auto& holder) { return holder.lock() == attribute; };
    if (x.node()->extra && std::ranges::any_of(x.node()->extra->holders, is_same)) return;
    make_room_for_holder(x);
    x.node()->extra->holders.push_back(attribute);
}

Holders holders_of(const Var& x) noexcept {
    Holders out;
    if (!x.node()->extra) return out;
    for (const auto& holder : x.node()->extra->holders)
        if (const auto attribute = holder.lock(); attribute && attribute->defined())
            ++(attribute->node() == x.node() ? out.held : out.lost);
    return out;
}

void let_learn(const Var& x) noexcept {
    if (!x.defined()) return;
    x.node()->wanted = true;
    if (!x.node()->stopped && is_float(x.node()->value.dtype())) x.node()->requires_grad = true;
}

no_grad::no_grad() : previous_(std::exchange(record_on, false)) {}
no_grad::~no_grad() { record_on = previous_; }
enable_grad::enable_grad() : previous_(std::exchange(record_on, true)) {}
enable_grad::~enable_grad() { record_on = previous_; }

Var make_var(Array value) {
    Node* node = new Node(std::move(value));
    node->scope = scope_now;
    return Var(node);
}

Var constant(Array value) {
    Var x = make_var(std::move(value));
    x.node()->requires_grad = false;
    return x;
}

Var constant(const Scalar& value, Dtype dtype) {
    Var x = constant(Array::full({1}, value, dtype));
    x.node()->scalar = true;
    return x;
}

Var record(const Op& op, Array&& value, std::initializer_list<VarRef> inputs) {
    return made_by(op, std::move(value), inputs);
}

Var record(const Op& op, Array&& value, const Vars& inputs) { return made_by(op, std::move(value), inputs); }

const Op freed{"an op whose graph was freed", nullptr};

void fail_freed() {
    fail<GraphError>(
        "grad: needs the graph of the loss, got one that an earlier grad with retain_graph = false (or an "
        "optimizer's step or backward) has freed; pass retain_graph = true there");
}

Var own(Var&& x) { return !x.defined() || x.node()->refs == 1 ? std::move(x) : x.clone(); }

// The input was written to since: the same place in the graph, with the numbers that the op read.
Var Call::as_read(const Input& in) {
    Node* old = new Node(in.var.array().with_buffer(in.saved));
    Var x(old);
    if (old->requires_grad && in.var.requires_grad()) {
        old->op = &same_value;
        record_input(*old, in.var);
    }
    return x;
}

}  // namespace jt
