// ModulePtr, the handle that a net's layers are held by, and make, which makes a module behind one.
#pragma once
#include <string>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

#include "../../autograd/var.hpp"

namespace jt::nn {

class Module;

/// The name of a class without its namespaces.
std::string class_name_of(const std::type_info& type);

namespace detail {
/// Throws a KeyError: "fc1: needs a module of class Linear, got Conv".
[[noreturn]] void refuse_class(const std::string& name, const std::type_info& wanted, const Module* module);
}  // namespace detail

/// A shared handle of a module that can be called like one: `fc1(x)`.
class ModulePtr {
public:
    ModulePtr() = default;
    template <class M>
    requires std::is_base_of_v<Module, M> ModulePtr(SharedPtr<M> module) : module_(std::move(module)) { introduce(); }
    /// Of a module that std::make_shared made.
    template <jt::detail::OwnerOf<Module> P>
    ModulePtr(P module) : module_(known(module.get())) {
        if (!module_) *this = ModulePtr(SharedPtr<Module>(std::move(module)));
    }
    ModulePtr(const ModulePtr& other) = default;
    ModulePtr(ModulePtr&& other) noexcept = default;
    /// Of a named handle alone: what `net[0]` gives is a copy, and `net.setattr("0", m)` replaces.
    ModulePtr& operator=(ModulePtr other) & noexcept {
        module_.swap(other.module_);
        return *this;
    }
    ~ModulePtr() {
        if (unique()) free_module(std::move(module_));
    }

    Module* get() const { return module_.get(); }
    Module& operator*() const { return checked(); }
    Module* operator->() const { return &checked(); }
    operator Module&() const { return checked(); }
    explicit operator bool() const { return static_cast<bool>(module_); }
    /// The module as M; throws a KeyError when it is something else.
    template <class M>
    M& as() const {
        if (M* module = as_if<M>()) return *module;
        detail::refuse_class("as", typeid(M), module_.get());
    }
    /// The module as M, or null when it is something else: `if (auto* linear = m.as_if<nn::Linear>())`.
    template <class M>
    M* as_if() const {
        return dynamic_cast<M*>(module_.get());
    }

    Var operator()(const Var& x) const;
    template <class... More>
    Var operator()(const Var& x, const Var& y, const More&... more) const {
        return call_for_one(Vars{x, y, more...});
    }
    /// Its i-th submodule, as Module::layer: `net[0]`, `net[-1]`.
    ModulePtr operator[](int i) const;

    /// True when no other handle of the module is left.
    bool unique() const { return module_.unique(); }
    WeakPtr<Module> weak() const { return module_; }

private:
    static void free_module(SharedPtr<Module> last) noexcept;
    /// The handle that a module knows itself by; null when it was never held.
    static SharedPtr<Module> known(Module* module) noexcept;
    void introduce() noexcept;
    Module& checked() const;
    Var call_for_one(const Vars& inputs) const;
    SharedPtr<Module> module_;
};

/// Modules by name, in order.
using NamedModules = std::vector<std::pair<std::string, ModulePtr>>;

namespace detail {

/// A module among the arguments of make, which must not keep it alive.
struct KeptModule {
    WeakPtr<Module> module;
    bool given;
};
template <class T>
std::decay_t<const T> keep(const T& value) {
    return value;
}
inline KeptModule keep(const ModulePtr& module) { return {module.weak(), static_cast<bool>(module)}; }
std::vector<KeptModule> keep(const std::vector<ModulePtr>& modules);
using KeptNamed = std::vector<std::pair<std::string, KeptModule>>;
KeptNamed keep(const NamedModules& modules);

/// What a clone has copied so far: gives the arguments of make as the clone receives them. Modules and Vars are copies,
/// anything else is itself. An options struct that holds Vars shows them by each_var(f).
class Copies {
public:
    virtual ModulePtr copy(const KeptModule& module) = 0;
    virtual Var copy(const Var& x) = 0;
    std::vector<ModulePtr> copy(const std::vector<KeptModule>& modules);
    NamedModules copy(const KeptNamed& modules);
    template <class T>
    T copy(T value) {
        if constexpr (requires { value.each_var([](Var&) {}); }) value.each_var([this](Var& x) { x = copy(x); });
        if constexpr (std::is_same_v<T, Vars> || std::is_same_v<T, std::vector<Var>>)
            for (Var& x : value) x = copy(x);
        return value;
    }

protected:
    ~Copies() = default;
};

/// How a module came to be: the modules among the arguments of make, and how to make another one from copies of them.
class Birth {
public:
    using Remake = Callable<ModulePtr(Copies&)>;
    Birth();  ///< notes where the random stream stands
    template <class T>
    void note(const T&) {}
    void note(const ModulePtr& module);
    void note(const std::vector<ModulePtr>& modules);
    void note(const NamedModules& modules);
    /// Tells the module, and gives its handle.
    ModulePtr of(SharedPtr<Module> module, Remake remake);

private:
    std::uint32_t from_;
    std::vector<WeakPtr<Module>> given_;
};

template <class M, class... Args>
ModulePtr made(Args&&... args) {
    auto remake = [... kept = keep(args)](Copies& copies) { return made<M>(copies.copy(kept)...); };
    Birth birth;
    (birth.note(args), ...);
    return birth.of(make_shared_ptr<M>(std::forward<Args>(args)...), std::move(remake));
}

}  // namespace detail

/// `nn::make<nn::Linear>(64, 128)`: a module behind a ModulePtr, which remembers the arguments for clone.
template <class M, class... Args>
ModulePtr make(Args&&... args) {
    constexpr bool fits = std::is_constructible_v<M, Args...>;
    static_assert(fits, "make: the module has no constructor that takes these arguments");
    if constexpr (fits) return detail::made<M>(std::forward<Args>(args)...);
    return {};  // which spares the reader what follows from it
}
/// The same of a module that ends in options: `nn::make<nn::Conv>(1, 6, 5, {.padding = 2})`.
template <class M>
ModulePtr make(const typename M::Options& options) {
    return detail::made<M>(options);
}
template <class M, class A>
ModulePtr make(const A& a, const typename M::Options& options) {
    return detail::made<M>(a, options);
}
template <class M, class A, class B>
ModulePtr make(const A& a, const B& b, const typename M::Options& options) {
    return detail::made<M>(a, b, options);
}
template <class M, class A, class B, class C>
ModulePtr make(const A& a, const B& b, const C& c, const typename M::Options& options) {
    return detail::made<M>(a, b, c, options);
}
template <class M, class A, class B, class C, class D>
ModulePtr make(const A& a, const B& b, const C& c, const D& d, const typename M::Options& options) {
    return detail::made<M>(a, b, c, d, options);
}

}  // namespace jt::nn
