// The walk back through the graph: collect what takes gradients behind the loss, mark what leads to a target, and visit
// that from the newest node to the oldest.
#include "grad.hpp"

#include <algorithm>
#include <atomic>
#include <optional>

#include "../core/kernels/elementwise.hpp"
#include "../core/warn.hpp"
#include "function_node.hpp"
#include "node.hpp"
#include "ops.hpp"

namespace jt {

namespace {

const Op freed{"an op whose graph was freed", nullptr};

std::atomic<std::uint64_t> last_pass = 0;

// One backward pass. Creation numbers are a topological order for free: an op's inputs exist before its output, so a
// node is complete when all larger numbers are done. (Going depth first instead would pass on half a gradient where
// ways meet again: in y = f(x), z = y + g(y), y must wait for both of its uses.)
class Pass {
public:
    Pass(const Var& loss, const Vars& targets, bool retain_graph) : retain_(retain_graph) {
        std::uint64_t oldest = loss.node()->id;
        steps_.reserve(64);
        edges_.reserve(128);
        for (const auto& t : targets) oldest = std::min(oldest, t.node()->id);
        collect(loss, oldest);
        sort();
        for (const auto& t : targets)
            if (seen(*t.node())) steps_[t.node()->visit.slot].target = true;
        link();
        check_not_freed();
    }

    void run(const Var& seed) {
        steps_[0].g = seed;
        for (auto& step : steps_)
            if (step.needed() && (step.g.defined() || step.outs)) visit(step);
    }
    std::size_t slot_of(const Var& x) const { return x.node()->visit.slot; }
    bool reached(const Var& x) const { return seen(*x.node()) && x.requires_grad(); }
    const Var& gradient(std::size_t slot) const { return steps_[slot].g; }

private:
    struct Step {
        Var var;
        Var g = {};
        // Gradients of the single outputs, when the node stands for several (function_node.hpp).
        std::unique_ptr<Vars> outs = {};
        std::uint32_t first_edge = 0;
        bool target = false, leads = false;  // it is one, or some input leads to one

        bool needed() const { return target || leads; }
    };

    bool seen(const Node& node) const { return node.visit.mark == pass_; }
    bool enter(const Var& x, std::uint64_t oldest) {
        Node& node = *x.node();
        if (seen(node) || node.id < oldest || !node.requires_grad) return false;
        node.visit = {pass_, 0};
        steps_.push_back({x});
        return true;
    }
    void collect(const Var& loss, std::uint64_t oldest) {
        enter(loss, oldest);
        for (std::size_t done = 0; done < steps_.size(); ++done) {
            const Node* node = steps_[done].var.node();
            for (const auto& in : node->inputs) enter(in.var, oldest);
        }
    }
    void sort() {
        const auto newer = [](const Step& a, const Step& b) { return a.var.node()->id > b.var.node()->id; };
        if (!std::is_sorted(steps_.begin(), steps_.end(), newer)) std::sort(steps_.begin(), steps_.end(), newer);
        for (std::size_t k = 0; k < steps_.size(); ++k) steps_[k].var.node()->visit.slot = k;
    }
    // Which steps lead to a target, and for each input the slot of its step, or -1: from here on the scratch in the
    // nodes is not used any more, so a rule or a hook may call grad itself.
    void link() {
        for (std::size_t k = steps_.size(); k-- > 0;) {
            Step& step = steps_[k];
            step.first_edge = static_cast<std::uint32_t>(edges_.size());
            for (const auto& in : step.var.node()->inputs) {
                const Node& node = *in.var.node();
                const bool leads = seen(node) && node.requires_grad && steps_[node.visit.slot].needed();
                edges_.push_back(leads ? static_cast<int>(node.visit.slot) : -1);
                step.leads = step.leads || leads;
            }
        }
    }
    void check_not_freed() const {
        for (const auto& step : steps_)
            if (step.var.node()->op == &freed && !step.target)
                fail<GraphError>(
                    "grad: needs the graph of the loss, got one that an earlier grad with "
                    "retain_graph = false (or an optimizer's step or backward) has freed");
    }

    void visit(Step& step) {
        run_hooks(step);
        Node& node = *step.var.node();
        const Var g = step.target ? step.g : std::move(step.g);  // unless asked for, the rule's own: see `taken`
        if (step.leads) send(step, call_rule(step, g));
        step.outs.reset();
        if (!retain_ && node.op) free_graph(step, node);
    }
    static void run_hooks(Step& step) {
        const Node& node = *step.var.node();
        if (!node.extra || !step.g.defined()) return;
        const auto hooks = node.extra->hooks;
        for (auto hook = hooks.rbegin(); hook != hooks.rend(); ++hook) {
            const Var g = (*hook)(step.g);
            if (!g.defined()) continue;
            check_from_hook(g, node.value);
            step.g = g;
        }
    }
    static void check_from_hook(const Var& g, const Array& x) {
        if (g.shape() != x.shape())
            fail<ShapeError>("register_hook: needs a gradient of shape ", x.shape(), ", got ", g.shape());
        if (g.dtype() != x.dtype())
            fail<DtypeError>("register_hook: needs a gradient of ", x.dtype(), ", got ", g.dtype());
    }
    Vars call_rule(const Step& step, const Var& g) const {
        const Node& node = *step.var.node();
        const Call call(node, edges_.data() + step.first_edge);
        return is_function(node) ? function_gradients(step.outs ? *step.outs : Vars(), call) : node.op->rule(g, call);
    }
    void send(const Step& step, const Vars& gradients) {
        const Node& node = *step.var.node();
        for (std::size_t k = 0; k < node.inputs.size() && k < gradients.size(); ++k) {
            const int slot = edges_[step.first_edge + k];
            if (slot < 0 || !gradients[k].defined()) continue;
            Step& to = steps_[static_cast<std::size_t>(slot)];
            add(output_slot(node) ? to_output(to, *output_slot(node)) : to.g, fit(gradients[k], node.inputs[k].var));
        }
    }
    static Var& to_output(Step& to, std::size_t k) {
        if (!to.outs) to.outs = std::make_unique<Vars>();
        if (to.outs->size() <= k) to.outs->resize(k + 1);
        return (*to.outs)[k];
    }

    // The one place that undoes broadcasting and promotion: a gradient takes the shape and dtype of what it is for.
    static Var fit(const Var& g, const Var& x) {
        if (is_function(*x.node())) return g;
        const Array &from = g.node()->value, &to = x.node()->value;
        const Var out = from.shape() == to.shape() ? g : sum_to(g, to.shape());
        return from.dtype() == to.dtype() ? out : cast(out, to.dtype());
    }
    static void add(Var& sum, Var g) {
        if (!sum.defined())
            sum = std::move(g);
        else if (recording())
            sum = sum + g;
        else
            sum = make_var(kernels::zip(kernels::Binary::add, taken(sum), g.array()));
    }
    static void free_graph(Step& step, Node& node) {
        node.op = &freed;
        node.inputs = {};
        step.var = Var();
    }

    bool retain_;
    std::uint64_t pass_ = ++last_pass;
    std::vector<Step> steps_;
    std::vector<int> edges_;
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

Vars grad(const Var& loss, const Vars& targets, bool retain_graph) {
    need_float(loss, "loss");
    for (const auto& t : targets) need_float(t, "target");
    std::optional<no_grad> quiet;
    if (!retain_graph) quiet.emplace();
    Pass pass(loss, targets, retain_graph);
    SmallVector<int, 6> slots;
    for (const auto& t : targets) slots.push_back(pass.reached(t) ? static_cast<int>(pass.slot_of(t)) : -1);
    if (loss.requires_grad()) pass.run(make_var(Array::full(loss.shape(), 1, loss.dtype())));
    Vars gradients;
    for (std::size_t k = 0; k < targets.size(); ++k) {
        const Var g = slots[k] >= 0 ? pass.gradient(static_cast<std::size_t>(slots[k])) : Var();
        gradients.push_back(g.defined() ? g : zeros_for(targets[k]));
    }
    return gradients;
}

}  // namespace jt
