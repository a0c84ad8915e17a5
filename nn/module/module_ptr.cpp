// What a handle does with its module: calls it, refuses it, and frees it without recursion.
#include "module_ptr.hpp"

#include "module.hpp"

namespace jt::nn {

void detail::refuse_class(const std::string& name, const std::type_info& wanted, const Module* module) {
    fail<KeyError>(name, ": needs a module of class ", class_name_of(wanted), ", got ",
                   module ? module->class_name() : "none");
}

Module& ModulePtr::checked() const {
    if (!module_) fail<KeyError>("ModulePtr: needs a module, got none");
    return *module_;
}

Var ModulePtr::operator()(const Var& x) const { return checked()(x); }

Var ModulePtr::call_for_one(const Vars& inputs) const { return checked().call_for_one(inputs); }

ModulePtr ModulePtr::operator[](int i) const { return checked().layer(i); }

SharedPtr<Module> ModulePtr::known(Module* module) noexcept { return module ? module->self_.lock() : nullptr; }

void ModulePtr::introduce() noexcept {
    if (module_ && !module_->self_.lock()) module_->self_ = module_;
}

// As in free_node: a deep tree must not free itself by recursion. A module whose last handle goes waits in a list, held
// by itself, and whoever came first empties the list.
void ModulePtr::free_module(SharedPtr<Module> last) noexcept {
    static constinit thread_local Module* waiting = nullptr;
    static constinit thread_local bool emptying = false;
    Module* const module = last.get();
    module->next_ = std::exchange(waiting, module);
    module->last_ = std::move(last);
    if (std::exchange(emptying, true)) return;
    while (waiting) {
        const auto freed = std::move(std::exchange(waiting, waiting->next_)->last_);
    }
    emptying = false;
}

}  // namespace jt::nn
