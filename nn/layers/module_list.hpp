// Lists of modules and of parameters.
#pragma once
#include "../../autograd/indexing.hpp"
#include "../module/module.hpp"

namespace jt::nn {

/// Goes over a list by number, so that the list may change meanwhile.
template <class List>
struct ListIterator {
    decltype(auto) operator*() const { return (*list)[k]; }
    ListIterator& operator++() {
        ++k;
        return *this;
    }
    bool operator==(End) const { return k >= static_cast<int>(list->size()); }

    const List* list;
    int k;
};

/// What lists of modules share. They are named "0", "1", ..., or as they are given.
class LayerList : public Module {
public:
    /// How many modules it holds.
    std::size_t size() const { return n_layers(); }
    /// As `layer`: the i-th module, counted from the end when negative.
    const ModulePtr& operator[](int i) const { return layer(i); }
    /// Several of them, as Python's slices: `layers[to(-1)]`.
    std::vector<ModulePtr> operator[](const Slice& slice) const;
    ListIterator<LayerList> begin() const { return {this, 0}; }
    End end() const { return {}; }

protected:
    LayerList() = default;
    /// Throws a KeyError for an empty handle, and for a name that is taken.
    void add(ModulePtr module);
    void add(std::vector<ModulePtr> modules);
    void add(NamedModules modules);
    void add_at(int i, const ModulePtr& module);
};

/// The same with what makes it longer.
template <class Self>
class GrowingList : public LayerList {
public:
    /// One more, or all of a list. Throws a KeyError for an empty handle, and for a name that is taken.
    Self& append(ModulePtr module) { return add(std::move(module)), self(); }
    Self& append(std::vector<ModulePtr> modules) { return add(std::move(modules)), self(); }
    Self& append(NamedModules modules) { return add(std::move(modules)), self(); }
    Self& extend(std::vector<ModulePtr> modules) { return append(std::move(modules)); }
    /// Puts a module before the i-th one; those behind move on by one name. Throws an IndexError for no such place.
    Self& insert(int i, const ModulePtr& module) { return add_at(i, module), self(); }

protected:
    GrowingList() = default;
    template <class... Parts>
    void add_all(Parts&&... parts) {
        (add(std::forward<Parts>(parts)), ...);
        draw_in_order();
    }

private:
    Self& self() { return static_cast<Self&>(*this); }
};

/// A module, a list of them, or a list with their names.
template <class T>
concept LayerPart = std::is_convertible_v<T, ModulePtr> || std::is_convertible_v<T, std::vector<ModulePtr>> ||
    std::is_convertible_v<T, NamedModules>;

/// Modules in a row, to be called by whom it belongs to.
class ModuleList : public GrowingList<ModuleList> {
public:
    ModuleList() = default;
    template <LayerPart... Parts>
    explicit ModuleList(Parts&&... parts) {
        add_all(std::forward<Parts>(parts)...);
    }
};

/// Parameters in a row, named "0", "1", ...
class ParameterList : public Module {
public:
    explicit ParameterList(const Vars& parameters = {}) { extend(parameters); }
    // In braces, which would also do for a copy.
    explicit ParameterList(std::initializer_list<Var> parameters) : ParameterList(std::vector<Var>(parameters)) {}
    ParameterList& append(const Var& parameter);
    ParameterList& extend(const Vars& parameters);
    /// Puts one before the i-th; those behind move on by one name. Throws an IndexError for no such place.
    ParameterList& insert(int i, const Var& parameter);
    std::size_t size() const { return vars_in_order().size(); }
    /// The i-th one, counted from the end when negative. Throws an IndexError.
    Var operator[](int i) const;
    Vars operator[](const Slice& slice) const;
    ListIterator<ParameterList> begin() const { return {this, 0}; }
    End end() const { return {}; }
};

}  // namespace jt::nn
