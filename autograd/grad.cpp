// The walk back through the graph: collect what takes gradients behind the loss, mark what leads to a target, and visit
// that from the newest node to the oldest.
#include "grad.hpp"

#include <algorithm>
#include <atomic>
#include <optional>
#include <span>

#include "../core/kernels/elementwise/elementwise.hpp"
#include "../core/warn.hpp"
#include "detect.hpp"
#include "function_node.hpp"
#include "node.hpp"
#include "ops/reduce.hpp"
#include "ops/shape.hpp"

namespace jt {

namespace {

std::atomic<std::uint64_t> last_pass = 0;

// What Functions keep while a pass is running: kept_in_pass.
using Kept = std::vector<std::pair<const void*, Vars>>;
constinit thread_local Kept* kept_now = nullptr;

// What a gradient for x is summed to where an op has broadcast x: the shape of x, but 1 where the gradient repeats.
Shape still_repeating(const Shape& g, const Shape& x) {
    Shape out = x;
    const int shift = g.rank() - x.rank();
    for (int k = 0; k < x.rank(); ++k)
        if (g[k + shift] == 1) out[k] = 1;
    return out;
}

// g times the number of elements of the output that each of its elements stands for and x was broadcast to.
Var counted(const Var& g, const Shape& output, const Shape& x) {
    std::int64_t count = 1;
    const int shift = output.rank() - x.rank();
    for (int k = 0; k < output.rank(); ++k)
        if (g.shape(k) == 1 && (k < shift || x[k - shift] == 1)) count *= output[k];
    return count == 1 ? g : g.mul(count);
}

// One backward pass. Creation numbers are a topological order for free: an op's inputs exist before its output, so a
// node is complete when all larger numbers are done. (Going depth first instead would pass on half a gradient where
// ways meet again: in y = f(x), z = y + g(y), y must wait for both of its uses.)
class Pass {
public:
    Pass(const Var& loss, const Vars& targets, bool retain_graph) : retain_(retain_graph) {
        std::uint64_t oldest = loss.node()->id;
        for (const auto& t : targets) oldest = std::min(oldest, t.node()->id);
        make_room(loss.node()->id - oldest + 1);
        collect(loss, oldest);
        sort();
        for (const auto& t : targets)
            if (seen(*t.node())) ++steps_[slot_of(t)].targets;
        link();
    }

    void run(const Var& seed) {
        Kept kept;
        const Restored outer{std::exchange(kept_now, &kept)};
        steps_[0].g = seed;
        steps_[0].may_repeat = true;
        for (auto& step : steps_)
            if (step.needed() && (step.g.defined() || step.outs)) visit(step);
        if (!retain_ && detect_) free_visited();
    }
    std::size_t slot_of(const Var& x) const { return x.node()->visit.slot; }
    bool reached(const Var& x) const { return seen(*x.node()) && x.requires_grad(); }
    /// What the walk brought to a target, a node of its own whoever else was sent the same; empty for nothing.
    Var gradient(std::size_t slot) {
        Var& g = steps_[slot].g;
        return own(--steps_[slot].targets > 0 ? Var(g) : std::move(g));
    }

private:
    struct Restored {
        ~Restored() { kept_now = before; }
        Kept* before;
    };
    struct Step {
        explicit Step(const Var& x) : var(x) {}

        Var var;
        Var g = {};
        // Gradients of the single outputs, when the node stands for several (function_node.hpp).
        std::unique_ptr<Vars> outs = {};
        std::uint32_t first_edge = 0, edges = 0;  // one edge for each input
        std::uint32_t targets = 0;                // how many of the targets it is
        bool leads = false;                       // some input leads to one
        bool may_repeat = false;                  // some part of g had an extent of 1 where the value has more

        bool needed() const { return targets > 0 || leads; }
        /// Whether g has extent 1 where the value has more: it repeats there.
        bool repeats() const {
            return may_repeat && g.defined() && g.node()->value.shape() != var.node()->value.shape();
        }
        void write_out() {
            if (repeats()) g = broadcast(g, var.node()->value.shape());
        }
    };

    bool seen(const Node& node) const { return node.visit.mark == pass_; }
    // At most so many nodes were made since the oldest target; most passes are short.
    void make_room(std::uint64_t nodes) {
        const auto room = static_cast<std::size_t>(std::min<std::uint64_t>(nodes, 256));
        steps_.reserve(room);
        edges_.reserve(2 * room);
    }
    // Gives x a step unless it has one, or no gradient comes here. An edge: the slot of x, or -1.
    int enter(const Var& x, std::uint64_t oldest) {
        if (!x.defined()) return -1;
        Node& node = *x.node();
        if (!node.requires_grad) return -1;
        if (!seen(node)) {
            if (node.id < oldest) return -1;
            node.visit = {pass_, collected_++};
            steps_.emplace_back(x);
            sorted_ = sorted_ && node.id < std::exchange(newest_left_, node.id);
        }
        return static_cast<int>(node.visit.slot);
    }
    void collect(const Var& loss, std::uint64_t oldest) {
        enter(loss, oldest);
        for (std::size_t k = 0; k < collected_; ++k) {
            const auto& inputs = steps_[k].var.node()->inputs;
            steps_[k].first_edge = static_cast<std::uint32_t>(edges_.size());
            steps_[k].edges = static_cast<std::uint32_t>(inputs.size());
            for (const auto& in : inputs) edges_.push_back(enter(in.var, oldest));
        }
    }
    // A chain was collected in order; where ways part and meet again the slots change.
    void sort() {
        if (sorted_) return;
        const auto newer = [](const Step& a, const Step& b) { return a.var.node()->id > b.var.node()->id; };
        std::sort(steps_.begin(), steps_.end(), newer);
        std::vector<int> slots(steps_.size());
        for (std::size_t k = 0; k < steps_.size(); ++k)
            slots[std::exchange(steps_[k].var.node()->visit.slot, k)] = static_cast<int>(k);
        for (int& edge : edges_)
            if (edge >= 0) edge = slots[static_cast<std::size_t>(edge)];
    }
    // Which steps lead to a target: edges to others become -1. From here on the scratch in the nodes is not used any
    // more, so a rule or a hook may call grad itself.
    void link() {
        for (std::size_t k = steps_.size(); k-- > 0;) {
            Step& step = steps_[k];
            if (step.targets == 0) check_not_freed(*step.var.node());
            for (int& edge : std::span(edges_).subspan(step.first_edge, step.edges)) {
                if (edge >= 0 && !steps_[static_cast<std::size_t>(edge)].needed()) edge = -1;
                step.leads = step.leads || edge >= 0;
            }
        }
    }

    // Hooks and Functions are the user's code: a grad of theirs may have freed what this pass has still to walk.
    void visit(Step& step) {
        run_hooks(step);
        Node& node = *step.var.node();
        bool repeats = step.repeats();
        if (repeats && (step.targets > 0 || !takes_repeats(node))) {
            step.write_out();
            repeats = false;
        }
        const Var g = step.targets > 0 ? step.g : std::move(step.g);  // unless asked for, the rule's own: see `spent`
        if (step.leads) {
            check_not_freed(node);
            send(step, call_rule(step, g), repeats);
            if (!retain_ && !detect_) free_graph(step, node);
        }
        step.outs.reset();
    }
    static bool takes_repeats(const Node& node) { return node.op && node.op->broadcasts && node.value.numel() > 0; }
    static void run_hooks(Step& step) {
        const Node& node = *step.var.node();
        if (!node.extra || node.extra->hooks.empty() || !step.g.defined()) return;
        const auto hooks = node.extra->hooks.entries();
        for (auto hook = hooks.rbegin(); hook != hooks.rend(); ++hook) {
            step.write_out();
            step.g = own(std::move(step.g));
            const Var g = hook->second(step.g);
            if (!g.defined()) continue;
            check_from_hook(g, node.value);
            if (detecting) check_hooked(g);
            step.g = g;
        }
    }
    static void check_from_hook(const Var& g, const Array& x) {
        if (g.shape() != x.shape())
            fail<ShapeError>("register_hook: needs a gradient of shape ", x.shape(), ", got ", g.shape());
        if (g.dtype() != x.dtype())
            fail<DtypeError>("register_hook: needs a gradient of ", x.dtype(), ", got ", g.dtype());
    }
    Vars call_rule(Step& step, const Var& g) const {
        try {
            return detecting ? checked_rule(step, g) : gradients_of(step, g);
        } catch (Placeable& error) {
            place(error, step.var.node()->scope);
            throw;
        }
    }
    // An op inside a rule is none of the user's, unless the rule is: what the rule gives is checked instead.
    Vars checked_rule(Step& step, const Var& g) const {
        const Node& node = *step.var.node();
        std::optional<Undetected> inside;
        if (!is_function(node)) inside.emplace();
        Vars gradients = gradients_of(step, g);
        for (std::size_t k = 0; k < node.inputs.size() && k < gradients.size(); ++k)
            if (edges_[step.first_edge + k] >= 0 && gradients[k].defined()) check_gradient(node, k, gradients[k]);
        return gradients;
    }
    Vars gradients_of(Step& step, const Var& g) const {
        const Node& node = *step.var.node();
        const Call call(node, edges_.data() + step.first_edge);
        if (!is_function(node)) return node.op->rule(g, call);
        Vars gradients = function_gradients(step.outs ? std::move(*step.outs) : Vars(), call);
        check_not_freed(node);
        return gradients;
    }
    void send(const Step& step, Vars&& gradients, bool repeats) {
        const Node& node = *step.var.node();
        const auto output = output_slot(node);
        for (std::size_t k = 0; k < node.inputs.size() && k < gradients.size(); ++k) {
            const int slot = edges_[step.first_edge + k];
            Var& g = gradients[k];
            if (slot < 0 || !g.defined()) continue;
            if (repeats) g = counted(g, node.value.shape(), node.inputs[k].var.shape());
            Step& to = steps_[static_cast<std::size_t>(slot)];
            add(output ? to_output(to, *output) : to.g, fit(std::move(g), to));
        }
    }
    static Var& to_output(Step& to, std::size_t k) {
        if (!to.outs) to.outs = std::make_unique<Vars>();
        if (to.outs->size() <= k) to.outs->resize(k + 1);
        return (*to.outs)[k];
    }

    // The one place that undoes broadcasting and promotion: a gradient takes the shape and dtype of what it is for, or
    // extents of 1 where it repeats.
    static Var fit(Var&& g, Step& to) {
        const Node& x = *to.var.node();
        if (is_function(x)) return std::move(g);
        if (g.node()->value.shape() != x.value.shape()) [[unlikely]] {
            g = sum_to(g, still_repeating(g.node()->value.shape(), x.value.shape()));
            to.may_repeat = true;
        }
        if (g.node()->value.dtype() != x.value.dtype()) g = g.cast(x.value.dtype());
        return std::move(g);
    }
    static void add(Var& sum, Var g) {
        if (!sum.defined())
            sum = std::move(g);
        else if (recording() || detecting)
            sum = sum.add(g);
        else
            kernels::map_over(kernels::Binary::add, (sum = spent(sum)).node()->value, g.array());
    }
    void free_visited() {
        for (auto& step : steps_)
            if (step.leads && step.var.node()->op != &freed) free_graph(step, *step.var.node());
    }
    static void free_graph(Step& step, Node& node) {
        node.op = &freed;
        node.inputs = {};
        step.var = Var();
    }

    bool retain_;
    const bool detect_ = detecting;  // then nothing is freed before all is well
    std::uint64_t pass_ = ++last_pass;
    std::vector<Step> steps_;
    std::vector<int> edges_;
    std::size_t collected_ = 0;                      // steps so far
    std::uint64_t newest_left_ = ~std::uint64_t{0};  // the id of the last one
    bool sorted_ = true;                             // each was older than the one before
};

void need_float(const Var& x, const char* what) {
    if (!is_float(node_of("grad", x).value.dtype()))
        fail<DtypeError>("grad: needs a float ", what, ", got ", x.dtype());
}

Var zeros_for(const Var& target) {
    if (!std::exchange(target.node()->extras().warned, true))
        warn("grad: the loss does not depend on " + (target.name().empty() ? "a target" : target.name()) +
             " of shape " + text(target.shape()) + "; its gradient is zero");
    return make_var(Array::zeros(target.shape(), target.dtype()));
}

}  // namespace

Vars& kept_in_pass(const void* key) {
    const auto place =
        std::find_if(kept_now->begin(), kept_now->end(), [key](const auto& k) { return k.first == key; });
    return place == kept_now->end() ? kept_now->emplace_back(key, Vars()).second : place->second;
}

Vars grad(const Var& loss, const Vars& targets, bool retain_graph) {
    need_float(loss, "loss");
    for (const auto& t : targets) need_float(t, "target");
    std::optional<no_grad> quiet;
    if (!retain_graph) quiet.emplace();
    Pass pass(loss, targets, retain_graph);
    SmallVector<int, 6> slots;
    for (const auto& t : targets) slots.push_back(pass.reached(t) ? static_cast<int>(pass.slot_of(t)) : -1);
    if (loss.requires_grad()) pass.run(make_var(Array::full(Shape(loss.shape().size(), 1), 1, loss.dtype())));
    Vars gradients;
    for (std::size_t k = 0; k < targets.size(); ++k) {
        Var g = slots[k] >= 0 ? pass.gradient(static_cast<std::size_t>(slots[k])) : Var();
        gradients.push_back(g.defined() ? std::move(g) : zeros_for(targets[k]));
    }
    return gradients;
}

}  // namespace jt
