// How values go in, and how what was there comes back when something throws.
#include "exchange.hpp"

#include "../../core/kernels/elementwise/elementwise.hpp"
#include "attempt.hpp"
#include "fhook2.hpp"

namespace jt::nn {

Module::Exchange::~Exchange() {
    while (!slots_.empty()) {
        slots_.back().slot->var = std::move(slots_.back().var);
        slots_.back().slot->rebuilt = std::move(slots_.back().rebuilt);
        slots_.pop_back();
    }
    for (; !arrays_.empty(); arrays_.pop_back()) std::swap(arrays_.back().first.node()->value, arrays_.back().second);
}

void Module::Exchange::write(const Var& x, const std::string& name, const Var& v) {
    Array& value = x.node()->value;
    const Array& source = v.array();
    const std::string op = "load_state_dict: '" + name + "'";
    arrays_.emplace_back(
        x, source.dtype() == value.dtype() ? source.clone() : kernels::cast_exact(op.c_str(), source, value.dtype()));
    std::swap(value, arrays_.back().second);
}

void Module::Exchange::put(Slot& slot, Var value) {
    slots_.push_back({&slot, slot.var, slot.rebuilt});
    slot.var = std::move(value);
    if (slot.derived) slot.rebuilt = slot.var;
}

void Module::Exchange::keep() noexcept {
    slots_.resize(0);
    arrays_.clear();
}

struct Attempt::Before {
    explicit Before(Module& m) : module(m), table(m.table_->before()), rebuilds(m.hooks_->fhook2.rebuilds) {}

    Module& module;
    Module::Table::Before table;
    Module::Fhook2::Rebuilds rebuilds;
};

Attempt::Attempt(Module& module) : before_(new Before(module)) {}

Attempt::~Attempt() {
    if (!before_) return;
    before_->module.table_->restore(before_->table);
    before_->module.hooks_->fhook2.rebuilds.swap(before_->rebuilds);
}

void Attempt::done() noexcept { before_ = {}; }

}  // namespace jt::nn
