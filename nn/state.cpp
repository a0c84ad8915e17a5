// State in and out: load_state_dict, files, clone.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <typeinfo>

#include "../autograd/node.hpp"
#include "../core/files/npz.hpp"
#include "../core/kernels/elementwise.hpp"
#include "../core/random.hpp"
#include "../core/warn.hpp"
#include "module_slots.hpp"

namespace jt::nn {

namespace {

LoadReport compare(const StateDict& mine, const StateDict& state, const std::vector<std::string>& derived) {
    LoadReport report;
    for (const auto& [name, var] : mine)
        if (!state.contains(name)) report.missing.push_back(name);
    for (const auto& [name, var] : state) {
        const Var* target = mine.find(name);
        if (!target && std::find(derived.begin(), derived.end(), name) == derived.end())
            report.unexpected.push_back(name);
        if (target && target->shape() != var.shape())
            report.mismatched.push_back(name + " needs " + text(target->shape()) + ", got " + text(var.shape()));
    }
    return report;
}

bool same_type(const Module& a, const Module& b) { return typeid(a) == typeid(b); }

double largest_difference(const Var& x, const Var& y) {
    if (x.shape() != y.shape()) return std::numeric_limits<double>::infinity();
    const auto a = x.to_vector<double>(), b = y.to_vector<double>();
    double worst = 0;
    for (std::size_t i = 0; i < a.size(); ++i) worst = std::max(worst, std::abs(a[i] - b[i]));
    return worst;
}

// Puts the random stream back to where it stood.
struct KeptStream {
    KeptStream() = default;
    KeptStream(const KeptStream&) = delete;
    KeptStream& operator=(const KeptStream&) = delete;
    ~KeptStream() { random::set_state(state); }
    const std::uint32_t state = random::state();
};

Var leaf_like(const Var& x) {
    Var copy = x.detach();
    copy.node()->requires_grad = x.requires_grad();
    copy.node()->stopped = x.node()->stopped;
    if (!x.name().empty()) copy.set_name(x.name());
    return copy;
}

Var copied_var(const Var& x, std::vector<std::pair<Var, Var>>& copied) {
    for (const auto& [old, copy] : copied)
        if (old.node() == x.node()) return copy;
    copied.emplace_back(x, leaf_like(x));
    return copied.back().second;
}

}  // namespace

std::string listed(const char* what, const std::vector<std::string>& names) {
    std::string out;
    for (const auto& name : names) out += (out.empty() ? std::string("; ") + what + ": " : ", ") + name;
    return out;
}

std::uint64_t detail::new_origin() noexcept {
    static std::atomic<std::uint64_t> last = 0;
    return ++last;
}

LoadReport Module::load_state_dict(const StateDict& state, bool strict) {
    std::vector<std::string> derived;
    walk("", [&](const std::string& name, const Slot& slot) {
        if (slot.kind == Kind::derived) derived.push_back(name);
    });
    const StateDict mine = state_dict();
    LoadReport report = compare(mine, state, derived);
    if (strict && !report.ok())
        fail<KeyError>("load_state_dict: needs the names and shapes of ", class_name(),
                       listed("missing", report.missing), listed("unexpected", report.unexpected),
                       listed("wrong shape", report.mismatched));
    Exchange exchange;
    walk("", [&](const std::string& name, Slot& slot) {
        const Var* value = slot.is_saved() ? state.find(name) : nullptr;
        if (value && value->shape() == slot.var.shape()) exchange.write(slot, *value);
    });
    for (Module* module : modules()) module->rebuild_derived(exchange);
    check_derived("", state);
    exchange.keep();
    return report;
}

// What a forward pass computed, such as a running mean, becomes a leaf.
void Module::Exchange::write(Slot& slot, const Var& v) {
    if (slot.var.node()->op) put(slot, leaf_like(slot.var));
    Node& node = *slot.var.node();
    const Array& source = v.array();
    arrays_.emplace_back(
        slot.var, source.dtype() == node.value.dtype() ? source.clone() : kernels::cast(source, node.value.dtype()));
    std::swap(node.value, arrays_.back().second);
}

// A Jittor file holds the rebuilt weight of the last forward, which after training is a step behind g and v.
void Module::check_derived(const std::string& prefix, const StateDict& state) {
    walk(prefix, [&](const std::string& name, const Slot& slot) {
        if (slot.kind != Kind::derived || !state.contains(name)) return;
        const double difference = largest_difference(state[name], slot.var);
        if (difference > 1e-5)
            warn("load_state_dict: " + name + " in the file differs from its g and v by " + text(difference) +
                 "; g and v are used");
    });
}

void Module::save(const std::string& path) {
    for (const Module* module : modules()) module->check_in_place();
    save_state(path, state_dict());
}

void save_state(const std::string& path, const StateDict& state) {
    NamedArrays arrays;
    for (const auto& [name, var] : state) arrays.emplace_back(name, var.array());
    save_npz(path, arrays);
}

StateDict load_state(const std::string& path) {
    StateDict state;
    for (const auto& [name, value] : load_npz(path)) state.add(name, jt::array(value));
    return state;
}

void Module::load(const std::string& path) {
    const StateDict state = load_state(path);
    try {
        load_state_dict(state);
    } catch (const KeyError& error) {
        fail<KeyError>("load: '", path, "': ", error.what());
    }
}

ModulePtr Module::clone() {
    const KeptStream stream;
    Copied copied;
    return cloned(copied);
}

ModulePtr Module::cloned(Copied& copied) const {
    if (!remake_) fail<ValueError>("clone: needs a ", class_name(), " made by nn::make, got one made otherwise");
    ModulePtr copy = remake_();
    copy->origin_ = origin_;
    copy->copy_state(*this, copied);
    return copy;
}

void Module::draw_in_order() {
    std::vector<Module*> drawn;
    for (Module* child : children())
        if (child->is_drawn()) drawn.push_back(child);
    if (drawn.empty()) return;
    if (were_made_backwards()) {
        if (std::all_of(drawn.begin(), drawn.end(), [](Module* child) { return child->is_as_drawn(); })) {
            random::set_state(drawn.back()->draws_.from);
            for (Module* child : drawn) child->redraw();
        } else {
            warn(
                class_name() +
                ": its modules were made from right to left and changed since, so they keep their initial values; make "
                "them one by one to draw in order");
        }
    }
    draws_ = {drawn.front()->draws_.from, drawn.back()->draws_.to};
}

bool Module::were_made_backwards() const {
    std::vector<Draws> draws;
    for (const auto& slot : table_) {
        if (!slot->module || !slot->module->is_drawn()) continue;
        if (!slot->module.unique()) return false;
        draws.push_back(slot->module->draws_);
    }
    for (std::size_t k = 1; k < draws.size(); ++k)
        if (draws[k - 1].from != draws[k].to) return false;
    return draws.size() > 1 && random::state() == draws.front().to;
}

// Whether it still has the values that it was born with. A container has those of its modules.
bool Module::is_as_drawn() {
    if (wraps_modules_) {
        const auto all = children();
        return std::all_of(all.begin(), all.end(), [](Module* child) { return child->is_as_drawn(); });
    }
    if (!is_drawn() || !remake_) return true;
    const KeptStream stream;
    random::set_state(draws_.from);
    const StateDict born = newborn(), mine = state_dict();
    return born.names() == mine.names() && std::all_of(mine.begin(), mine.end(), [&](const auto& entry) {
               return largest_difference(entry.second, born[entry.first]) == 0;
           });
}

// The state of a new one that was made alike, with the same attributes derived; nothing when it has them not.
StateDict Module::newborn() const try {
    const ModulePtr fresh = remake_();
    for (const auto& slot : table_)
        if (slot->derive_again) slot->derive_again(*fresh);
    return fresh->state_dict();
} catch (const Error&) {
    return {};
}

// A container redraws what it was made of; anything else takes the values of a new one.
void Module::redraw() {
    const auto from = random::state();
    if (wraps_modules_) {
        for (Module* child : children()) child->redraw();
    } else if (remake_) {
        const StateDict fresh = newborn();
        for (const auto& [name, var] : state_dict()) Var(var).assign(fresh[name]);
        rebuild_derived();
    }
    draws_ = {from, random::state()};
}

// Makes this table equal to that of a module that was made alike. `copied` remembers Vars that stand in several places.
void Module::copy_state(const Module& from, Copied& copied) {
    from.check_in_place();
    for (auto& slot : table_) deleted_.push_back(std::move(slot));
    table_.clear();
    for (const auto& theirs : from.table_) add_slot(theirs->name).copy(*theirs, copied);
    births_ = from.births_;
    training_ = from.training_;
    rebuild_derived();
}

void Module::Slot::copy(const Slot& from, Copied& copied) {
    kind = from.kind;
    birth = from.birth;
    derived = from.derived ? std::make_shared<Derived>(Derived{name, from.derived->sources, {}}) : nullptr;
    rebuild = from.rebuild;
    derive_again = from.derive_again;
    var = from.var.defined() ? copied_var(from.var, copied.vars) : Var();
    if (from.module)
        copy_module(from.module, copied);
    else
        module = ModulePtr();
}

// A module that stands in several places is one in the copy too. One of another origin is made anew: its like that the
// constructor made may have been made with other arguments.
void Module::Slot::copy_module(const ModulePtr& from, Copied& copied) {
    for (const auto& [old, copy] : copied.modules)
        if (old == from.get()) return void(module = copy);
    if (module && (from->remake_ ? module->origin_ == from->origin_ : same_type(*module, *from)))
        module->copy_state(*from, copied);
    else
        module = from->cloned(copied);
    copied.modules.emplace_back(from.get(), module);
}

}  // namespace jt::nn
