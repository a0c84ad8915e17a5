// A vector whose first N elements need no allocation: shapes, argument lists and gradients are this short.
#pragma once
#include <cstddef>
#include <cstring>
#include <initializer_list>
#include <new>
#include <type_traits>
#include <utility>

namespace jt {

/// Like std::vector<T> with room for N elements inside. Pointers stay valid until it grows or moves.
template <class T, std::size_t N>
class SmallVector {
public:
    using value_type = T;
    using iterator = T*;
    using const_iterator = const T*;

    SmallVector() noexcept {}
    explicit SmallVector(std::size_t n, const T& value = T()) : SmallVector() { resize(n, value); }
    SmallVector(std::initializer_list<T> values) : SmallVector(values.begin(), values.end()) {}
    template <class It>
    requires requires(It i) {
        *i;
        ++i;
    }
    SmallVector(It first, It last) : SmallVector() {  // whole from here on: nothing is lost when a push_back throws
        for (; first != last; ++first) push_back(*first);
    }
    SmallVector(const SmallVector& other) : SmallVector() {
        if (other.size_ > N) [[unlikely]]
            grow(other.size_);
        copy(other.data(), other.size_);
        size_ = other.size_;
    }
    SmallVector(SmallVector&& other) noexcept : SmallVector() { steal(other); }
    SmallVector& operator=(SmallVector other) noexcept {
        release();
        steal(other);
        return *this;
    }
    ~SmallVector() { release(); }

    T* begin() noexcept { return data(); }
    T* end() noexcept { return data() + size_; }
    const T* begin() const noexcept { return data(); }
    const T* end() const noexcept { return data() + size_; }
    T* data() noexcept { return is_inside() ? inside() : far_; }
    const T* data() const noexcept { return const_cast<SmallVector*>(this)->data(); }
    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }
    T& operator[](std::size_t i) noexcept { return data()[i]; }
    const T& operator[](std::size_t i) const noexcept { return data()[i]; }
    T& front() noexcept { return data()[0]; }
    const T& front() const noexcept { return data()[0]; }
    T& back() noexcept { return data()[size_ - 1]; }
    const T& back() const noexcept { return data()[size_ - 1]; }

    void push_back(T value) { emplace_back(std::move(value)); }
    template <class... Args>
    T& emplace_back(Args&&... args) {
        if (size_ == capacity_) [[unlikely]]
            grow(2 * static_cast<std::size_t>(capacity_));
        T* const place = new (data() + size_) T{std::forward<Args>(args)...};
        ++size_;
        return *place;
    }
    void pop_back() { data()[--size_].~T(); }
    void resize(std::size_t n, const T& value = T());
    /// Inserts before position i, 0 <= i <= size().
    void insert(std::size_t i, T value);
    void erase(std::size_t i);

    friend bool operator==(const SmallVector& a, const SmallVector& b) {
        if (a.size_ != b.size_) return false;
        const T *x = a.begin(), *y = b.begin();
        for (const T* const end = a.end(); x != end; ++x, ++y)
            if (!(*x == *y)) return false;
        return true;
    }

private:
    // Those inside know their place by where the vector is, so moving it needs no look at where it was.
    bool is_inside() const noexcept { return capacity_ == N; }
    T* inside() noexcept { return std::launder(reinterpret_cast<T*>(inline_)); }

    void grow(std::size_t capacity);
    void destroy() noexcept {
        for (T& element : *this) element.~T();
    }
    void release() noexcept {
        destroy();
        if (!is_inside()) [[unlikely]]
            ::operator delete(far_);
        size_ = 0;
        capacity_ = N;
    }
    void steal(SmallVector& other) noexcept {
        if constexpr (std::is_trivially_copyable_v<T>)
            std::memcpy(inline_, other.inline_, sizeof inline_);  // or the pointer that stands there
        else if (other.is_inside())
            move_inside(other);
        else
            far_ = other.far_;
        size_ = std::exchange(other.size_, 0U);
        capacity_ = std::exchange(other.capacity_, static_cast<unsigned>(N));
    }
    void move_inside(SmallVector& other) noexcept {
        for (std::size_t i = 0; i < other.size_; ++i) new (inside() + i) T(std::move(other[i]));
        other.destroy();
    }
    // Plain elements are copied all N at once: a few instructions and no loop. Others are counted one by one: what is
    // there when one throws.
    void copy(const T* from, std::size_t n) {
        if constexpr (!std::is_trivially_copyable_v<T>)
            for (T* const to = data(); size_ < n; ++size_) new (to + size_) T(from[size_]);
        else if (is_inside())
            std::memcpy(inline_, from, sizeof inline_);
        else
            std::memcpy(far_, from, n * sizeof(T));
    }

    union {
        alignas(T) unsigned char inline_[N * sizeof(T)];
        T* far_;  ///< where there are, or were, more than N
    };
    static_assert(sizeof inline_ >= sizeof(T*));
    unsigned size_ = 0, capacity_ = N;
};

// Not in the class, where they would be inline: others than the library need not compile those of its own vectors.
template <class T, std::size_t N>
void SmallVector<T, N>::resize(std::size_t n, const T& value) {
    if (n > capacity_) grow(n);
    while (size_ > n) pop_back();
    while (size_ < n) push_back(value);
}

template <class T, std::size_t N>
void SmallVector<T, N>::insert(std::size_t i, T value) {
    push_back(std::move(value));
    for (std::size_t k = size_ - 1; k > i; --k) std::swap(data()[k], data()[k - 1]);
}

template <class T, std::size_t N>
void SmallVector<T, N>::erase(std::size_t i) {
    for (; i + 1 < size_; ++i) data()[i] = std::move(data()[i + 1]);
    pop_back();
}

template <class T, std::size_t N>
void SmallVector<T, N>::grow(std::size_t capacity) {
    static_assert(alignof(T) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);
    T* const fresh = static_cast<T*>(::operator new(capacity * sizeof(T)));
    for (std::size_t i = 0; i < size_; ++i) new (fresh + i) T(std::move(data()[i]));
    const auto size = size_;
    release();
    far_ = fresh;
    size_ = size;
    capacity_ = static_cast<unsigned>(capacity);
}

}  // namespace jt
