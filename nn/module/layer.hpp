// Layer<Self>: a module whose `execute` has any signature.
#pragma once
#include <tuple>
#include <utility>

#include "module.hpp"

namespace jt::nn {

namespace detail {

template <class T>
inline constexpr bool is_var = std::is_base_of_v<Var, T>;
template <class T>
concept Tuple = requires {
    std::tuple_size<T>::value;
};

inline Vars packed(const Var& y) { return {y}; }
inline Vars packed(const Vars& y) { return y; }
template <Tuple T>
Vars packed(const T& y) {
    return std::apply([](const auto&... each) { return Vars{Var(each)...}; }, y);
}

/// Throws a ShapeError, which names the module, for another number of outputs.
void check_outputs(const Module& module, const Vars& outputs, std::size_t wanted);
/// Throws a ValueError that says which numbers of inputs the module takes.
[[noreturn]] void refuse_inputs(const Module& module, std::size_t given, const std::vector<std::size_t>& wanted);

template <class A>
void add_var(Vars& list, const A& a) {
    if constexpr (is_var<A>) list.push_back(a);
}

/// Outputs as what `execute` returns: a Var, Vars, or a tuple, pair or array of Vars.
template <class Result>
Result unpacked(const Module& module, const Vars& y) {
    if constexpr (std::is_same_v<Result, Vars>) {
        return y;
    } else if constexpr (is_var<Result>) {
        check_outputs(module, y, 1);
        return y[0];
    } else {
        check_outputs(module, y, std::tuple_size_v<Result>);
        return [&]<std::size_t... k>(std::index_sequence<k...>) { return Result{y[k]...}; }
        (std::make_index_sequence<std::tuple_size_v<Result>>());
    }
}

/// How many Vars stand before the k-th of some arguments.
template <class... A>
constexpr std::size_t vars_before(std::size_t k) {
    std::size_t n = 0, at = 0;
    ((n += at++ < k && is_var<std::remove_cvref_t<A>> ? 1 : 0), ...);
    return n;
}
/// The k-th of a list for an argument that is a Var; any other argument itself.
template <class A>
auto& in_place_of(A& a, const Vars& list, std::size_t k) {
    if constexpr (is_var<std::remove_cvref_t<A>>)
        return list[k];
    else
        return a;
}

}  // namespace detail

/// Base of modules with several inputs or outputs: `struct Cell : nn::Layer<Cell> { std::tuple<Var, Var> execute(Var x,
/// Var h); };`, called as `auto [y, h] = cell(x, h0);`. Inputs that are Vars pass through the hooks, any other
/// arguments past them; an empty Var stands for None. Defaults and overloads work; with one `const Var&` and another
/// result than Var, `execute` would have to be Module's, so take the Var by value.
template <class Self>
class Layer : public Module {
public:
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverloaded-virtual"
    void execute() = delete;  // hides Module's here, once, so that no user's class is warned
#pragma GCC diagnostic pop

    template <class... A>
    auto operator()(A&&... a) {
        Vars in;
        (detail::add_var(in, a), ...);
        if constexpr (!(detail::is_var<std::remove_cvref_t<A>> && ...)) {
            return detail::unpacked<decltype(self().execute(a...))>(*this, call_by(executing(a...), in));
        } else if constexpr (requires { self().execute(a...); }) {
            static_assert(sizeof...(A) <= most_inputs, "execute: a layer takes eight Vars, or a list of them");
            return detail::unpacked<decltype(self().execute(a...))>(*this, call(in));
        } else {
            constexpr bool fits = takes_list;
            static_assert(fits, "execute: none of this layer takes that many Vars");
            if constexpr (fits) return detail::unpacked<decltype(self().execute(in))>(*this, call(in));
        }
    }
    Vars execute_vars(const Vars& in) override;

private:
    static constexpr std::size_t most_inputs = 8;
    static constexpr bool takes_list = requires(Self & s, const Vars& in) { s.execute(in); };
    Self& self() { return static_cast<Self&>(*this); }

    // `execute` with the Vars of a list in the places of those that were given.
    template <class... A>
    auto executing(A&... a) {
        return [&](const Vars& in) {
            constexpr std::size_t wanted = detail::vars_before<A...>(sizeof...(A));
            if (in.size() != wanted) detail::refuse_inputs(*this, in.size(), {wanted});
            return [&]<std::size_t... k>(std::index_sequence<k...>) {
                return detail::packed(self().execute(detail::in_place_of(a, in, detail::vars_before<A...>(k))...));
            }
            (std::index_sequence_for<A...>());
        };
    }

    // The `execute` that takes as many Vars as there are.
    template <std::size_t n>
    Vars execute_counted(const Vars& in) {
        if constexpr (n > most_inputs)
            return execute_list(in);
        else
            return in.size() == n ? execute_each(in, std::make_index_sequence<n>()) : execute_counted<n + 1>(in);
    }
    template <std::size_t... k>
    Vars execute_each(const Vars& in, std::index_sequence<k...>) {
        if constexpr (takes(std::index_sequence<k...>()))
            return detail::packed(self().execute(in[k]...));
        else
            return execute_list(in);
    }
    Vars execute_list(const Vars& in) {
        if constexpr (takes_list)
            return detail::packed(self().execute(in));
        else
            refuse(in, std::make_index_sequence<most_inputs + 1>());
    }
    template <std::size_t... k>
    [[noreturn]] void refuse(const Vars& in, std::index_sequence<k...>) {
        std::vector<std::size_t> wanted;
        ((takes(std::make_index_sequence<k>()) ? wanted.push_back(k) : void()), ...);
        detail::refuse_inputs(*this, in.size(), wanted);
    }
    template <std::size_t... k>
    static constexpr bool takes(std::index_sequence<k...>) {
        return requires(Self & s, const Vars& in) { s.execute(in[k]...); };
    }
};

// Not inline, so that the library's own layers are compiled once.
template <class Self>
Vars Layer<Self>::execute_vars(const Vars& in) {
    return execute_counted<0>(in);
}

}  // namespace jt::nn
