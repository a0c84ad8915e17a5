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
        if (other.size_ > N) grow(other.size_);
        copy_inside(other.data_, other.size_);
        size_ = other.size_;
    }
    SmallVector(SmallVector&& other) noexcept { steal(other); }
    SmallVector& operator=(SmallVector other) noexcept {
        release();
        steal(other);
        return *this;
    }
    ~SmallVector() { release(); }

    T* begin() noexcept { return data_; }
    T* end() noexcept { return data_ + size_; }
    const T* begin() const noexcept { return data_; }
    const T* end() const noexcept { return data_ + size_; }
    T* data() noexcept { return data_; }
    const T* data() const noexcept { return data_; }
    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }
    T& operator[](std::size_t i) noexcept { return data_[i]; }
    const T& operator[](std::size_t i) const noexcept { return data_[i]; }
    T& front() noexcept { return data_[0]; }
    const T& front() const noexcept { return data_[0]; }
    T& back() noexcept { return data_[size_ - 1]; }
    const T& back() const noexcept { return data_[size_ - 1]; }

    void push_back(T value) { emplace_back(std::move(value)); }
    template <class... Args>
    T& emplace_back(Args&&... args) {
        if (size_ == capacity_) grow(2 * static_cast<std::size_t>(capacity_));
        return *new (data_ + size_++) T{std::forward<Args>(args)...};
    }
    void pop_back() { data_[--size_].~T(); }
    void resize(std::size_t n, const T& value = T());
    /// Inserts before position i, 0 <= i <= size().
    void insert(std::size_t i, T value);
    void erase(std::size_t i);

    friend bool operator==(const SmallVector& a, const SmallVector& b) {
        if (a.size_ != b.size_) return false;
        for (std::size_t i = 0; i < a.size_; ++i)
            if (!(a[i] == b[i])) return false;
        return true;
    }

private:
    T* inside() noexcept { return std::launder(reinterpret_cast<T*>(inline_)); }

    void grow(std::size_t capacity);
    void destroy() noexcept {
        for (std::size_t i = 0; i < size_; ++i) data_[i].~T();
    }
    void release() noexcept {
        destroy();
        if (data_ != inside()) ::operator delete(data_);
        data_ = inside();
        size_ = 0;
        capacity_ = N;
    }
    void steal(SmallVector& other) noexcept {
        if (other.data_ == other.inside()) {
            move_inside(other);
            size_ = std::exchange(other.size_, 0U);
        } else {
            data_ = std::exchange(other.data_, other.inside());
            size_ = std::exchange(other.size_, 0U);
            capacity_ = std::exchange(other.capacity_, static_cast<unsigned>(N));
        }
    }
    // Plain elements are copied all N at once: a few instructions and no loop.
    void copy_inside(const T* from, std::size_t n) {
        if constexpr (std::is_trivially_copyable_v<T>) {
            if (capacity_ == N)
                std::memcpy(inline_, from, sizeof inline_);
            else
                std::memcpy(data_, from, n * sizeof(T));
        } else {
            for (; size_ < n; ++size_) new (data_ + size_) T(from[size_]);  // counted: what is there when one throws
        }
    }
    void move_inside(SmallVector& other) noexcept {
        if constexpr (std::is_trivially_copyable_v<T>) {
            std::memcpy(inline_, other.inline_, sizeof inline_);
        } else {
            for (std::size_t i = 0; i < other.size_; ++i) new (inside() + i) T(std::move(other[i]));
            other.destroy();
        }
    }

    alignas(T) unsigned char inline_[N * sizeof(T)];
    T* data_ = inside();
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
    for (std::size_t k = size_ - 1; k > i; --k) std::swap(data_[k], data_[k - 1]);
}

template <class T, std::size_t N>
void SmallVector<T, N>::erase(std::size_t i) {
    for (; i + 1 < size_; ++i) data_[i] = std::move(data_[i + 1]);
    pop_back();
}

template <class T, std::size_t N>
void SmallVector<T, N>::grow(std::size_t capacity) {
    static_assert(alignof(T) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);
    T* fresh = static_cast<T*>(::operator new(capacity * sizeof(T)));
    for (std::size_t i = 0; i < size_; ++i) new (fresh + i) T(std::move(data_[i]));
    const auto size = size_;
    release();
    data_ = fresh;
    size_ = size;
    capacity_ = static_cast<unsigned>(capacity);
}

}  // namespace jt
