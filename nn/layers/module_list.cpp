// How lists grow, and which of them an index means.
#include "module_list.hpp"

#include "../../autograd/ops/create.hpp"
#include "../../autograd/ops/index.hpp"

namespace jt::nn {

namespace {

std::vector<int> places(std::size_t n, const Slice& slice) {
    return getitem(arange(static_cast<std::int64_t>(n)), slice).to_vector<int>();
}

// The first number from `next` on that is no name yet.
std::string free_name(const Module& module, std::size_t next) {
    while (module.hasattr(std::to_string(next))) ++next;
    return std::to_string(next);
}

// Where in a list of n to insert.
std::size_t place_in(const Module& list, std::size_t size, int i) {
    const int n = static_cast<int>(size), at = i < 0 ? i + n : i;
    if (at < 0 || at > n)
        fail<IndexError>(list.class_name(), ": needs an index from ", -n, " to ", n, " to insert at, got ", i);
    return static_cast<std::size_t>(at);
}

}  // namespace

std::vector<ModulePtr> LayerList::operator[](const Slice& slice) const {
    std::vector<ModulePtr> out;
    for (const int i : places(size(), slice)) out.push_back(layer(i));
    return out;
}

void LayerList::add(ModulePtr module) {
    if (!module) fail<KeyError>("append: needs a module, got none");
    attr(free_name(*this, size()), std::move(module));
}

// By value, both, so that nobody else holds what is moved on.
void LayerList::add(std::vector<ModulePtr> modules) {  // NOLINT(performance-unnecessary-value-param)
    for (ModulePtr& module : modules) add(std::move(module));
}

void LayerList::add(NamedModules modules) {  // NOLINT(performance-unnecessary-value-param)
    for (auto& [name, module] : modules) {
        if (!module) fail<KeyError>("append: needs a module, got none");
        attr(name, std::move(module));
    }
}

void LayerList::add_at(int i, const ModulePtr& module) {
    const std::size_t at = place_in(*this, size(), i);
    add(module);
    const NamedModules before = named_children();
    for (std::size_t k = at; k + 1 < before.size(); ++k) setattr(before[k + 1].first, before[k].second);
    setattr(before[at].first, module);
}

ParameterList& ParameterList::append(const Var& parameter) {
    if (!parameter.defined()) fail<KeyError>("append: needs a parameter, got none");
    attr(free_name(*this, size()), parameter);
    return *this;
}

ParameterList& ParameterList::extend(const Vars& parameters) {
    for (const Var& parameter : parameters) append(parameter);
    return *this;
}

// Those behind are taken out and put back under new names, since an optimizer would miss one that was replaced.
ParameterList& ParameterList::insert(int i, const Var& parameter) {
    const std::size_t at = place_in(*this, size(), i);
    if (!parameter.defined()) fail<KeyError>("insert: needs a parameter, got none");
    const auto names = vars_in_order();
    const StateDict own = state_dict();
    for (std::size_t k = at; k < names.size(); ++k)
        if (!own.contains(names[k]))
            fail<KeyError>("insert: needs parameters of their own behind the place, got ", names[k],
                           ", which is derived");
    Vars behind = {parameter};
    for (std::size_t k = at; k < names.size(); ++k) {
        behind.push_back(getattr(names[k]));
        delattr(names[k]);
    }
    return extend(behind);
}

Var ParameterList::operator[](int i) const {
    const auto names = vars_in_order();
    const int n = static_cast<int>(names.size()), k = i < 0 ? i + n : i;
    if (k < 0 || k >= n) fail<IndexError>(class_name(), ": needs an index from ", -n, " to ", n - 1, ", got ", i);
    return getattr(names[static_cast<std::size_t>(k)]);
}

Vars ParameterList::operator[](const Slice& slice) const {
    Vars out;
    for (const int i : places(size(), slice)) out.push_back((*this)[i]);
    return out;
}

}  // namespace jt::nn
