// Finds out in which order the modules of a container drew, and draws them anew when that was not their order.
#include "draws.hpp"

#include <algorithm>
#include <cstring>

#include "../../core/kernels/elementwise/elementwise.hpp"
#include "../../core/warn.hpp"

namespace jt::nn {

namespace detail {

Birth::Birth() : from_(drawing::state()) {}

void Birth::note(const ModulePtr& module) {
    if (module) given_.push_back(module.weak());
}

void Birth::note(const std::vector<ModulePtr>& modules) {
    for (const auto& module : modules) note(module);
}

void Birth::note(const NamedModules& modules) {
    for (const auto& [name, module] : modules) note(module);
}

ModulePtr Birth::of(SharedPtr<Module> module, Remake remake) {
    auto& origin = module->origin_;
    if (!origin) origin = OwnPtr(new Module::Origin{.from = from_, .to = drawing::state()});
    origin->remake = std::move(remake);
    origin->given = std::move(given_);
    return ModulePtr(std::move(module));
}

}  // namespace detail

/// Compilers make the arguments of a constructor in any order; Jittor draws from left to right.
class Module::Draws {
public:
    static Origin& origin_of(Module& module) {
        if (!module.origin_) module.origin_ = OwnPtr(new Origin);
        return *module.origin_;
    }

    static std::vector<ModulePtr> drawn_children(const Module& parent) {
        std::vector<ModulePtr> drawn;
        for (const Slot* slot : parent.table_->layers())
            if (slot->module && drew(*slot->module)) drawn.push_back(slot->module);
        return drawn;
    }

    // The same modules in the order in which they drew one behind the other, up to now; none when others drew between.
    static std::vector<ModulePtr> as_drawn(const std::vector<ModulePtr>& drawn) {
        std::vector<ModulePtr> rest = drawn, out;
        for (auto at = drawing::state(); !rest.empty(); at = out.back()->origin_->from) {
            const auto last = std::find_if(rest.rbegin(), rest.rend(),
                                           [at](const auto& module) { return module->origin_->to == at; });
            if (last == rest.rend()) return {};
            out.push_back(*last);
            rest.erase(last.base() - 1);
        }
        std::ranges::reverse(out);
        return out;
    }

    static void put_in_order(Module& parent) {
        const bool alone = std::ranges::all_of(parent.table_->layers(), [](const Slot* s) {
            return !s->module || !drew(*s->module) || s->module.unique();
        });
        const auto drawn = drawn_children(parent), before = as_drawn(drawn);
        const auto handle = [](const ModulePtr& module) { return module.get(); };
        const bool in_order = !alone || before.empty() || std::ranges::equal(drawn, before, {}, handle, handle);
        if (drawn.empty()) return;
        if (!in_order && std::ranges::all_of(drawn, is_as_drawn)) {
            drawing::set_state(before.front()->origin_->from);
            for (const auto& child : drawn) redraw(*child);
        } else if (!in_order) {
            warn(parent.class_name() +
                 ": its modules were not made from left to right and changed since, so they keep their initial values; "
                 "make them one by one to draw in order");
        }
        take_from_children(parent);
    }

    // The modules whose constructors drew its initial values: those that containers are made of, or itself.
    static std::vector<ModulePtr> parts_of(Module& module) {
        std::vector<ModulePtr> parts;
        for (Walk at(module); at; ++at) {
            if (was_made_of_modules(at.module())) continue;
            parts.push_back(at.module().handle());
            at.skip_below();
        }
        return parts;
    }

    // Whether it still has the values that it was born with.
    static bool is_as_drawn(const ModulePtr& module) {
        return std::ranges::all_of(parts_of(*module), has_drawn_values);
    }

    static bool are_same(const Array& x, const Array& newborn) {
        const Array y = kernels::cast(newborn, x.dtype());
        return x.shape() == y.shape() && std::memcmp(x.raw(), y.raw(), x.bytes()) == 0;
    }

    static bool has_drawn_values(const ModulePtr& part) {
        if (!drew(*part) || !part->origin_->remake) return true;
        const KeptStream stream;
        drawing::set_state(part->origin_->from);
        const StateDict born = part->origin_->newborn(*part), mine = part->state_dict();
        return born.names() == mine.names() && std::ranges::all_of(mine, [&](const auto& entry) {
                   return are_same(entry.second.array(), born[entry.first].array());
               });
    }

    // A container redraws what it was made of; anything else takes the values of a new one.
    static void redraw(Module& module) {
        for (const ModulePtr& part : parts_of(module)) redraw_itself(*part);
        auto all = module.modules();
        for (; !all.empty(); all.pop_back())
            if (was_made_of_modules(*all.back())) take_from_children(*all.back());
    }

    static void redraw_itself(Module& part) {
        Origin& origin = origin_of(part);
        origin.from = drawing::state();
        if (origin.remake) {
            const StateDict fresh = origin.newborn(part);
            for (const auto& [name, var] : part.state_dict()) Var(var).assign(fresh[name]);
            part.rebuild_derived();
        }
        origin.to = drawing::state();
    }

    // What a container drew goes from the first draw of its modules to the last.
    static void take_from_children(Module& container) {
        Origin& origin = origin_of(container);
        const auto drawn = drawn_children(container);
        origin.from = drawn.empty() ? 0 : drawn.front()->origin_->from;
        origin.to = drawn.empty() ? 0 : drawn.back()->origin_->to;
    }

private:
    static bool drew(const Module& module) { return module.origin_ && module.origin_->drew(); }
    static bool was_made_of_modules(const Module& m) { return m.origin_ && !m.origin_->given.empty(); }
};

void Module::draw_in_order() { Draws::put_in_order(*this); }

}  // namespace jt::nn
