// Ref<M>: a layer as a typed member.
#pragma once
#include <iosfwd>

#include "../../autograd/indexing.hpp"
#include "module.hpp"

namespace jt::nn {

namespace detail {
template <class... A>
inline constexpr bool is_handle = sizeof...(A) == 1 && (std::is_convertible_v<A, const ModulePtr&> && ...);
}  // namespace detail

/// `nn::Ref<nn::Linear> fc1{this, "fc1", 64, 128};` is an attribute made by nn::make and its typed member in one:
/// `fc1(x)`, `fc1->weight`. What setattr or a hook puts into the attribute is what it refers to; using it throws a
/// KeyError when that is none, or of another class than M. Assigning a handle is setattr. `Ref<Module>` takes any
/// handle.
template <class M>
class Ref {
public:
    /// An attribute that holds a module made elsewhere, or none yet. Where that is no M but M takes one, it makes an M
    /// of it. Throws a KeyError as attr does, and for a handle of another class.
    Ref(Module* owner, const std::string& name, const ModulePtr& module)
        : owner_(*owner), name_(name), slot_(owner->attr(name, checked(name, module))) {}
    template <class... A>
    requires(std::is_constructible_v<M, A...> && !detail::is_handle<A...>)
        Ref(Module* owner, const std::string& name, A&&... a)
        : owner_(*owner), name_(name), slot_(owner->attr(name, make<M>(std::forward<A>(a)...))) {}
    /// The same of a module that ends in options: `nn::Ref<nn::Conv> c{this, "c", 1, 6, 5, {.padding = 2}};`.
    template <class N = M>
    Ref(Module* owner, const std::string& name, const typename N::Options& o) : Ref(owner, name, make<M>(o)) {}
    template <class A, class N = M>
    Ref(Module* owner, const std::string& name, const A& a, const typename N::Options& o)
        : Ref(owner, name, make<M>(a, o)) {}
    template <class A, class B, class N = M>
    Ref(Module* owner, const std::string& name, const A& a, const B& b, const typename N::Options& o)
        : Ref(owner, name, make<M>(a, b, o)) {}
    template <class A, class B, class C, class N = M>
    Ref(Module* owner, const std::string& name, const A& a, const B& b, const C& c, const typename N::Options& o)
        : Ref(owner, name, make<M>(a, b, c, o)) {}
    template <class A, class B, class C, class D, class N = M>
    Ref(Module* owner, const std::string& name, const A& a, const B& b, const C& c, const D& d,
        const typename N::Options& o)
        : Ref(owner, name, make<M>(a, b, c, d, o)) {}
    Ref(const Ref&) = delete;
    Ref& operator=(const Ref&) = delete;
    /// Sets the attribute; throws a KeyError as setattr does, and for a module of another class.
    Ref& operator=(const ModulePtr& module) {
        check(name_, module);
        owner_.setattr(name_, module);
        return *this;
    }

    template <class... A>
    decltype(auto) operator()(A&&... a) const {
        return (**this)(std::forward<A>(a)...);
    }
    /// The same with options in braces, of a module that names them CallOptions: `att(q, k, v, {.attn_mask = m})`.
    template <class N = M>
    decltype(auto) operator()(const Var& x, const typename N::CallOptions& o) const {
        return (**this)(x, o);
    }
    template <class N = M>
    decltype(auto) operator()(const Var& x, const Var& y, const typename N::CallOptions& o) const {
        return (**this)(x, y, o);
    }
    template <class N = M>
    decltype(auto) operator()(const Var& x, const Var& y, const Var& z, const typename N::CallOptions& o) const {
        return (**this)(x, y, z, o);
    }
    M* operator->() const { return &**this; }
    M& operator*() const {
        Module& module = *slot_;
        if constexpr (std::is_same_v<M, Module>)
            return module;
        else
            return typeid(module) == typeid(M) ? static_cast<M&>(module) : as_derived(module);
    }
    /// As M's, or else the i-th submodule, as Module::layer.
    decltype(auto) operator[](int i) const {
        if constexpr (requires(M & module) { module[i]; })
            return (**this)[i];
        else
            return slot_[i];
    }
    /// Several of a list's: `layers[to(-1)]`.
    auto operator[](const Slice& slice) const { return (**this)[slice]; }
    explicit operator bool() const { return static_cast<bool>(slot_); }
    operator M&() const { return **this; }
    operator Module&() const requires(!std::is_same_v<M, Module>) { return **this; }
    operator const ModulePtr&() const { return slot_; }
    Module* get() const { return slot_.get(); }

private:
    static void check(const std::string& name, const ModulePtr& module) {
        if (module && !module.as_if<M>()) detail::refuse_class(name, typeid(M), module.get());
    }
    static ModulePtr checked(const std::string& name, const ModulePtr& module) {
        if constexpr (std::is_constructible_v<M, ModulePtr>)
            if (module && !module.as_if<M>()) return make<M>(module);
        check(name, module);
        return module;
    }

    M& as_derived(Module& module) const {
        if (M* derived = dynamic_cast<M*>(&module)) return *derived;
        detail::refuse_class(name_, typeid(M), &module);
    }

    Module& owner_;
    const std::string name_;
    ModulePtr& slot_;  ///< in the owner's table; slots never move
};
template <class M>
std::ostream& operator<<(std::ostream& out, const Ref<M>& ref) {
    return out << *ref;
}

}  // namespace jt::nn
