// What changes the Vars of a whole tree: their dtype, and whether they learn.
#include <unordered_map>

#include "exchange.hpp"
#include "fhook2.hpp"
#include "walk.hpp"

#include "../../autograd/ops/create.hpp"

namespace jt::nn {

/// The float Vars of a tree in another dtype. One that stands in several places does so afterwards.
class Module::Converting {
public:
    Converting(Module& root, Dtype dtype) : dtype_(dtype) {
        for (Walk at(root); at; ++at)
            for (const auto& slot : at.table())
                if (slot->role != Role::derived && slot->var.defined()) add(*slot);
        for (const ModulePtr& module : root.modules()) module->hooks_->fhook2.rebuild(*module, exchange_);
    }
    // From here on an optimizer that holds the old ones throws.
    void keep() {
        for (const auto& [old, name] : replaced_) mark_replaced({old}, name);
        exchange_.keep();
    }

private:
    void add(Slot& slot) {
        slot.settle();
        const Var old = slot.var;
        if (!is_float(old.dtype()) || old.dtype() == dtype_) return;
        Var& made = made_[old.node()];
        if (!made.defined()) made = marked_like(array(old, dtype_), old);
        if (slot.is_parameter()) replaced_.emplace_back(old, slot.name);
        exchange_.put(slot, made);
        slot.settle();
    }

    Dtype dtype_;
    Exchange exchange_;
    std::unordered_map<const Node*, Var> made_;
    std::vector<std::pair<Var, std::string>> replaced_;
};

Module& Module::Conversion::operator()() const {
    Converting converting(module_, dtype_);
    converting.keep();
    return module_;
}

Module& Module::requires_grad_(bool requires_grad) {
    for (Var x : parameters()) requires_grad ? x.start_grad() : x.stop_grad();
    return *this;
}

}  // namespace jt::nn
