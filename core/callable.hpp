// Callable: any function of one signature, as std::function, whose header costs more time to compile than <string>.
#pragma once
#include "shared.hpp"

namespace jt {

/// A function pointer, lambda or std::function, or nothing. Copies share what a lambda holds.
template <class R, class... A>
class Callable<R(A...)> {
public:
    Callable() noexcept = default;
    Callable(std::nullptr_t) noexcept {}
    template <class F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, Callable> && std::is_invocable_r_v<R, F&, A...>) Callable(F f) {
        if constexpr (requires { f == nullptr; })
            if (f == nullptr) return;
        auto* const call = new Of<F>(std::move(f));
        call_ = SharedPtr<Any>(call, call);
    }

    explicit operator bool() const noexcept { return static_cast<bool>(call_); }
    /// Calls it; it must not be nothing.
    R operator()(A... a) const { return call_->call(std::forward<A>(a)...); }

private:
    struct Any : detail::Held {
        virtual R call(A... a) = 0;
        void destroy() noexcept override {}  // with its handle, which is the last
    };
    template <class F>
    struct Of final : Any {
        explicit Of(F&& f) : f(std::move(f)) {}
        R call(A... a) override {
            if constexpr (std::is_void_v<R>)
                f(std::forward<A>(a)...);
            else
                return f(std::forward<A>(a)...);
        }
        F f;
    };

    SharedPtr<Any> call_;
};

}  // namespace jt
