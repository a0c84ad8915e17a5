// OwnPtr, SharedPtr and WeakPtr: handles of an object that may be of a class which is not known yet. They do what
// std::unique_ptr, std::shared_ptr and std::weak_ptr do, whose header would cost each program as much time to compile
// as <iostream>.
#pragma once
#include <cstddef>
#include <type_traits>
#include <utility>

namespace jt {

template <class Signature>
class Callable;

/// The only handle of an object.
template <class T>
class OwnPtr {
public:
    OwnPtr() noexcept = default;
    explicit OwnPtr(T* object) : at_(object), free_([](T* last) noexcept { delete last; }) {}
    OwnPtr(OwnPtr&& other) noexcept : at_(other.release()), free_(other.free_) {}
    OwnPtr& operator=(OwnPtr other) noexcept {
        std::swap(at_, other.at_);
        std::swap(free_, other.free_);
        return *this;
    }
    ~OwnPtr() {
        if (at_) free_(at_);
    }
    T* release() noexcept { return std::exchange(at_, nullptr); }

    T* get() const noexcept { return at_; }
    T* operator->() const noexcept { return at_; }
    T& operator*() const noexcept { return *at_; }
    explicit operator bool() const noexcept { return at_ != nullptr; }

private:
    T* at_ = nullptr;
    void (*free_)(T*) noexcept = nullptr;
};

namespace detail {

/// What handles count: those that keep the object, and those that look at it. Threads may share it.
class Held {
public:
    Held() = default;
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;
    virtual ~Held() = default;

    void keep() noexcept { __atomic_add_fetch(&keepers_, 1, __ATOMIC_RELAXED); }
    void watch() noexcept { __atomic_add_fetch(&watchers_, 1, __ATOMIC_RELAXED); }
    void drop() noexcept;
    void unwatch() noexcept;
    /// Keeps it, unless nobody did any more.
    bool keep_if_alive() noexcept;
    long keepers() const noexcept { return __atomic_load_n(&keepers_, __ATOMIC_RELAXED); }

protected:
    virtual void destroy() noexcept = 0;

private:
    long keepers_ = 1, watchers_ = 1;  // all keepers count as one watcher
};

template <class T>
class HeldAs final : public Held {
public:
    template <class... A>
    explicit HeldAs(A&&... a) : object(std::forward<A>(a)...) {}
    HeldAs(const HeldAs&) = delete;
    HeldAs& operator=(const HeldAs&) = delete;
    ~HeldAs() override {}

    union {
        T object;
    };

private:
    void destroy() noexcept override { object.~T(); }
};

/// A std::shared_ptr, by how it looks.
template <class P, class T>
concept OwnerOf = requires(const P& p) {
    p.use_count();
    p.owner_before(p);
    requires std::is_convertible_v<decltype(p.get()), T*>;
};

}  // namespace detail

/// A handle that keeps an object, made by `make_shared_ptr`, or of a std::shared_ptr, which it keeps then.
template <class T>
class SharedPtr {
public:
    using element_type = T;
    SharedPtr() noexcept = default;
    SharedPtr(std::nullptr_t) noexcept {}
    SharedPtr(const SharedPtr& other) noexcept : at_(other.at_), held_(other.held_) {
        if (held_) held_->keep();
    }
    SharedPtr(SharedPtr&& other) noexcept
        : at_(std::exchange(other.at_, nullptr)), held_(std::exchange(other.held_, nullptr)) {}
    template <class U>
    requires std::is_convertible_v<U*, T*> SharedPtr(SharedPtr<U> other)
    noexcept : at_(std::exchange(other.at_, nullptr)), held_(std::exchange(other.held_, nullptr)) {}
    /// Refers to a part of what another handle keeps; of an empty one, to what nobody keeps.
    template <class U>
    SharedPtr(SharedPtr<U> owner, T* at) noexcept : at_(at), held_(std::exchange(owner.held_, nullptr)) {}
    template <detail::OwnerOf<T> P>
    SharedPtr(P owner) : at_(owner.get()), held_(at_ ? new detail::HeldAs<P>(std::move(owner)) : nullptr) {}
    SharedPtr& operator=(SharedPtr other) noexcept {
        swap(other);
        return *this;
    }
    ~SharedPtr() {
        if (held_) held_->drop();
    }
    void swap(SharedPtr& other) noexcept {
        std::swap(at_, other.at_);
        std::swap(held_, other.held_);
    }

    T* get() const noexcept { return at_; }
    T* operator->() const noexcept { return at_; }
    std::add_lvalue_reference_t<T> operator*() const noexcept { return *at_; }
    explicit operator bool() const noexcept { return at_ != nullptr; }
    /// True when no other handle keeps it.
    bool unique() const noexcept { return held_ && held_->keepers() == 1; }
    friend bool operator==(const SharedPtr& a, const SharedPtr& b) noexcept { return a.at_ == b.at_; }

private:
    template <class U>
    friend class SharedPtr;
    template <class U>
    friend class WeakPtr;
    template <class U, class... A>
    friend SharedPtr<U> make_shared_ptr(A&&... a);
    template <class Signature>
    friend class Callable;
    SharedPtr(T* at, detail::Held* held) noexcept : at_(at), held_(held) {}

    T* at_ = nullptr;
    detail::Held* held_ = nullptr;
};

/// A new object and its handle.
template <class T, class... A>
SharedPtr<T> make_shared_ptr(A&&... a) {
    auto* held = new detail::HeldAs<std::remove_const_t<T>>(std::forward<A>(a)...);
    return SharedPtr<T>(&held->object, held);
}

/// A handle that does not keep its object.
template <class T>
class WeakPtr {
public:
    WeakPtr() noexcept = default;
    WeakPtr(const SharedPtr<T>& shared) noexcept : at_(shared.at_), held_(shared.held_) {
        if (held_) held_->watch();
    }
    WeakPtr(const WeakPtr& other) noexcept : at_(other.at_), held_(other.held_) {
        if (held_) held_->watch();
    }
    WeakPtr(WeakPtr&& other) noexcept : at_(other.at_), held_(std::exchange(other.held_, nullptr)) {}
    WeakPtr& operator=(WeakPtr other) noexcept {
        std::swap(at_, other.at_);
        std::swap(held_, other.held_);
        return *this;
    }
    ~WeakPtr() {
        if (held_) held_->unwatch();
    }
    /// One that keeps it, or null when it is gone.
    SharedPtr<T> lock() const noexcept {
        return held_ && held_->keep_if_alive() ? SharedPtr<T>(at_, held_) : SharedPtr<T>();
    }

private:
    T* at_ = nullptr;
    detail::Held* held_ = nullptr;
};

}  // namespace jt
