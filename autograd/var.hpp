// Var: the value that remembers how it was computed. This header is all a user needs to hold, read and change one.
#pragma once
#include <array>
#include <concepts>
#include <iosfwd>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "../core/array.hpp"
#include "hooks.hpp"

#if defined(__FAST_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__)
#error "minijt needs NaN and infinity to be themselves: compile without -ffast-math and -Ofast"
#endif

namespace jt {

class Indices;
class Item;
class Node;
class RowIterator;
class Var;
class Vars;

/// The count of handles that a node starts with. It is not atomic: a graph belongs to one thread at a time.
struct Counted {
    std::uint32_t refs = 0;
};
void free_node(Counted* node) noexcept;

/// Axes of a reduction: `1`, `{0, 2}`, a std::vector<int>, or `{}` for all; negative ones count from the end.
class Axes : public SmallVector<int, 6> {
public:
    Axes() = default;
    Axes(int axis) : SmallVector{axis} {}
    Axes(std::initializer_list<int> axes) : SmallVector(axes) {}
    Axes(const std::vector<int>& axes) : SmallVector(axes.begin(), axes.end()) {}
};
/// The axes of a set, in order.
Axes list_of(AxisSet axes);

/// Sizes, shifts or repeats: a number, or a list of them, which may be a std::vector. They know which it was.
class Ints : public SmallVector<std::int64_t, 6> {
public:
    Ints(std::int64_t one) : SmallVector{one}, is_list(false) {}
    Ints(std::initializer_list<std::int64_t> list) : SmallVector(list) {}
    template <std::integral T>
    Ints(const std::vector<T>& list) : SmallVector(list.begin(), list.end()) {}

    bool is_list = true;
};

/// `x.sum(1, jt::keepdims)`: reduced axes stay with extent 1.
struct KeepDims {
    bool value = false;
};
inline constexpr KeepDims keepdims{true};

/// One side of a binary op: a Var, or a number. Only for parameters: it refers to the Var it was made from.
class Operand {
public:
    Operand(const Var& v) : var_(&v), number_(0.0) {}
    template <class T>
    requires std::is_arithmetic_v<T> Operand(T number) : number_(number) {}
    Operand(Scalar number) : number_(number) {}

    bool is_var() const { return var_ != nullptr; }
    const Var& var() const { return *var_; }
    Scalar number() const { return number_; }

private:
    const Var* var_ = nullptr;
    Scalar number_;
};

/// A handle of one node: copying it shares the node. There are no 0-d Vars; a scalar has shape (1,).
/// A Var and its graph belong to one thread at a time. Using an empty Var throws a GraphError.
class Var {
public:
    Var() noexcept = default;
    Var(const Var& other) noexcept : node_(other.node_) { retain(); }
    Var(Var&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
    /// Rebinds the handle; not one that nobody holds: in `x[0] = y;` it would change nothing.
    Var& operator=(Var other) & noexcept {
        std::swap(node_, other.node_);
        return *this;
    }
    ~Var() { release(); }
    template <std::derived_from<Counted> N>  // a template, so that the 0 of array({0}) is no null pointer
    explicit Var(N* node) noexcept : node_(node) {
        retain();
    }

    // What it is
    const Shape& shape() const;
    std::int64_t shape(int axis) const;  ///< one extent; -1 is the last axis
    const Shape& size() const { return shape(); }
    std::int64_t size(int axis) const { return shape(axis); }
    int ndim() const { return shape().rank(); }
    int dim() const { return ndim(); }
    std::int64_t numel() const;
    Dtype dtype() const;
    /// False for a Var that holds nothing. There is no conversion to bool: of `x < 1` write `(x < 1).item()`.
    bool defined() const noexcept { return node_ != nullptr; }

    // What it holds
    /// The only element, as double. Throws a ShapeError when there are more or none.
    double item() const;
    /// The same as a T, `int n = x.item<int>();`: a ValueError when T does not hold it.
    template <Element T>
    T item() const;
    /// All elements in row-major order, converted to T.
    template <Element T>
    std::vector<T> to_vector() const;
    /// The elements in place, valid while this Var lives and is not written to; T must be the type behind dtype().
    template <class T>
    const T* data() const {
        return static_cast<const T*>(checked_data(dtype_of<T>));
    }
    /// The array behind it (shared, read only).
    const Array& array() const;
    /// Writes the elements of v, cast to this dtype, through the node: every handle of it sees them; graphs recorded
    /// before keep their numbers. Equal shapes; not for a Var that an op computed (ShapeError, GraphError), nor for a
    /// derived attribute of a module (KeyError).
    Var& assign(const Var& v);
    Var& update(const Var& v) { return assign(v); }
    /// x[...] = value, of all elements; uniform in (low, high], normal, as init draws them, which needs a float dtype.
    Var& fill_(const Operand& value) &;
    Var& zero_() &;
    Var& uniform_(double low = 0, double high = 1) &;
    Var& normal_(double mean = 0, double std = 1) &;
    Var& gauss_(double mean = 0, double std = 1) & { return normal_(mean, std); }
    /// Exchanges what two handles hold.
    void swap(Var& other) noexcept { std::swap(node_, other.node_); }

    // Gradients
    bool requires_grad() const;
    bool is_stop_grad() const { return !requires_grad(); }
    /// Gradients stop here from now on; returns itself. A derived attribute of a module (the weight of weight norm)
    /// stops what it is rebuilt from.
    Var& stop_grad();
    /// Gradients flow again, likewise; a DtypeError for integers and bools.
    Var& start_grad();
    /// A new leaf with the same value, gradients on. Shares memory, so it stays in this thread: array(x) copies.
    Var detach() const;
    /// The same value in a node of its own; gradients flow through. Shares memory, as detach.
    Var clone() const;
    /// f sees this Var's gradient in every `grad` and may return another one (an empty Var or void changes nothing);
    /// the last one registered runs first. f must not hold a Var computed from this one. `grad` throws a ShapeError or
    /// DtypeError when f returns another shape or dtype. The handle takes the hook off again; a pass that is on its way
    /// may still run it.
    template <class F>
    HookHandle register_hook(F f) {
        if constexpr (std::is_void_v<std::invoke_result_t<F&, const Var&>>)
            return add_hook([f](const Var& g) mutable { return f(g), Var(); });
        else
            return add_hook(std::move(f));
    }

    /// The name `parameters()` gave it ("fc1.weight"), or what set_name said.
    const std::string& name() const;
    Var& set_name(const std::string& name);

    // The ops as methods: `autograd/ops.hpp` says what each does. This is their list; methods.py defines them.
    // What takes a Shape or a list takes it one by one, too: x.view(2, -1), x.permute(0, 2, 1).
    Var neg() const;
    Var abs() const;
    Var exp() const;
    Var expm1() const;
    Var log() const;
    Var log1p() const;
    Var log2() const;
    Var log10() const;
    Var sqrt() const;
    Var rsqrt() const;
    Var sin() const;
    Var cos() const;
    Var tan() const;
    Var asin() const;
    Var acos() const;
    Var atan() const;
    Var sinh() const;
    Var cosh() const;
    Var asinh() const;
    Var acosh() const;
    Var atanh() const;
    Var erf() const;
    Var erfinv() const;
    Var cbrt() const;
    Var sqr() const;
    Var tanh() const;
    Var sigmoid() const;
    Var relu() const;
    Var floor() const;
    Var ceil() const;
    Var round() const;
    Var rint() const;
    Var trunc() const;
    Var floor_int() const;
    Var ceil_int() const;
    Var round_int() const;
    Var sign() const;
    Var isnan() const;
    Var isinf() const;
    Var isfinite() const;
    Var add(const Operand& y) const;
    Var sub(const Operand& y) const;
    Var mul(const Operand& y) const;
    Var div(const Operand& y) const;
    Var subtract(const Operand& y) const { return sub(y); }
    Var multiply(const Operand& y) const { return mul(y); }
    Var divide(const Operand& y) const { return div(y); }
    Var pow(const Operand& y) const;
    Var mod(const Operand& y) const;
    Var fmod(const Operand& y) const;
    Var floor_divide(const Operand& y) const;
    Var hypot(const Operand& y) const;
    Var lerp(const Operand& end, const Operand& weight) const;
    Var clamp(std::optional<Operand> min_v = {}, std::optional<Operand> max_v = {}) const;
    Var safe_clip(double left = -1e300, double right = 1e300) const;
    Var maximum(const Operand& y) const;
    Var minimum(const Operand& y) const;
    Var atan2(const Operand& x) const;
    Var equal(const Operand& y) const;
    Var not_equal(const Operand& y) const;
    Var less(const Operand& y) const;
    Var less_equal(const Operand& y) const;
    Var greater(const Operand& y) const;
    Var greater_equal(const Operand& y) const;
    Var where(const Operand& x, const Operand& y) const;
    Var ternary(const Operand& x, const Operand& y) const { return where(x, y); }
    Var masked_fill(const Var& mask, const Operand& value) const;
    Var logical_and(const Operand& y) const;
    Var logical_or(const Operand& y) const;
    Var logical_xor(const Operand& y) const;
    Var bitwise_and(const Operand& y) const;
    Var bitwise_or(const Operand& y) const;
    Var bitwise_xor(const Operand& y) const;
    Var left_shift(const Operand& y) const;
    Var right_shift(const Operand& y) const;
    Var logical_not() const;
    Var bitwise_not() const;
    Var cast(Dtype dtype) const;
    Var to(Dtype dtype) const;
    Var astype(Dtype dtype) const { return cast(dtype); }
    Var type_as(const Var& y) const;
    Var float32() const { return cast(Dtype::float32); }
    Var float64() const { return cast(Dtype::float64); }
    Var int32() const { return cast(Dtype::int32); }
    Var int64() const { return cast(Dtype::int64); }
    Var uint8() const { return cast(Dtype::uint8); }
    Var bool_() const { return cast(Dtype::bool_); }
    Var sum(const Axes& axes = {}, KeepDims keep = {}) const;
    Var mean(const Axes& axes = {}, KeepDims keep = {}) const;
    Var var(const Axes& dims = {}, bool unbiased = false, KeepDims keep = {}) const;
    Var max(const Axes& axes = {}, KeepDims keep = {}) const;
    Var min(const Axes& axes = {}, KeepDims keep = {}) const;
    Var prod(const Axes& axes = {}, KeepDims keep = {}) const;
    Var any(const Axes& axes = {}, KeepDims keep = {}) const;
    Var all(const Axes& axes = {}, KeepDims keep = {}) const;
    Var count_nonzero(const Axes& axes = {}, KeepDims keep = {}) const;
    Var norm(double p = 2, const Axes& axes = -1, KeepDims keep = {}, double eps = 1e-30) const;
    Var normalize(double p = 2, const Axes& dim = 1, double eps = 1e-30) const;
    Var std(const Axes& dims = {}, KeepDims keep = {}) const;
    Var logsumexp(const Axes& dims = {}, KeepDims keep = {}) const;
    std::pair<Var, Var> argmax(std::optional<int> dim = {}, KeepDims keep = {}) const;
    std::pair<Var, Var> argmin(std::optional<int> dim = {}, KeepDims keep = {}) const;
    std::pair<Var, Var> argsort(int dim = -1, bool descending = false) const;
    std::pair<Var, Var> sort(int dim = -1, bool descending = false) const;
    std::pair<Var, Var> topk(int k, int dim = -1, bool largest = true) const;
    std::pair<Var, Var> kthvalue(int k, int dim = -1, KeepDims keep = {}) const;
    Var median(std::optional<int> dim = {}, KeepDims keep = {}) const;
    Var cumsum(int dim = -1) const;
    Var cumprod(int dim = -1) const;
    Var unique() const;
    Var histc(std::int64_t bins, double min = 0, double max = 0) const;
    Var prelu(const Var& weight) const;
    Var bernoulli() const;
    Var multinomial(std::int64_t num_samples, bool replacement = false) const;
    Var index(int dim, Dtype dtype = Dtype::int32) const;
    Var new_zeros(const Shape& shape, std::optional<Dtype> dtype = {}) const;
    Var new_ones(const Shape& shape, std::optional<Dtype> dtype = {}) const;
    Var new_full(const Shape& shape, const Scalar& value, std::optional<Dtype> dtype = {}) const;
    Var new_empty(const Shape& shape, std::optional<Dtype> dtype = {}) const;
    Var softmax(std::optional<int> axis = {}) const;
    Var log_softmax(std::optional<int> axis = {}) const;
    Var matmul(const Var& b) const;
    Var bmm(const Var& b) const;
    Var bmm_transpose(const Var& b) const;
    Var baddbmm(const Var& batch1, const Var& batch2, double beta = 1, double alpha = 1) const;
    Var matmul_transpose(const Var& b) const;
    Var outer(const Var& b) const;
    Var dot(const Var& b) const;
    Var tensordot(const Var& b, int count = 2) const;
    Var kron(const Var& b) const;
    Var cross(const Var& b, int dim = -1) const;
    Var reshape(const Shape& shape) const;
    Var reshape(const Extent auto&... shape) const { return reshape(shape_of(shape...)); }
    Var view(const Shape& shape) const;
    Var view(const Extent auto&... shape) const { return view(shape_of(shape...)); }
    Var reshape_as(const Var& y) const;
    Var view_as(const Var& y) const;
    Var flatten(int start_dim = 0, int end_dim = -1) const;
    Var unflatten(int dim, const Shape& sizes) const;
    Var squeeze(std::optional<int> dim = {}) const;
    Var unsqueeze(int dim) const;
    Var broadcast(const Shape& shape) const;
    Var broadcast(const Var& y) const { return expand_as(y); }
    Var expand(const Shape& shape) const;
    Var expand(const Extent auto&... shape) const { return expand(shape_of(shape...)); }
    Var expand_as(const Var& y) const;
    Var contiguous() const;
    void sync() const;
    Var transpose(const Axes& permutation = {}) const;
    Var transpose(int dim0, int dim1) const;
    Var transpose(Whole auto... axes) const requires(sizeof...(axes) > 2) {
        return transpose(Axes{static_cast<int>(axes)...});
    }
    Var permute(const Axes& axes = {}) const;
    Var permute(Whole auto... axes) const requires(sizeof...(axes) > 1) {
        return permute(Axes{static_cast<int>(axes)...});
    }
    Var t() const { return swapaxes(-2, -1); }
    Var swapaxes(int axis0, int axis1) const;
    Var movedim(const Axes& source, const Axes& destination) const;
    Var flip(const Axes& dims = 0) const;
    Var roll(const Ints& shifts, const Axes& dims = 0) const;
    Var rot90(int k = 1, const Axes& dims = {0, 1}) const;
    Vars split(const Ints& sizes, int dim = 0) const;
    Vars chunk(int k, int dim = 0) const;
    Vars unbind(int dim = 0) const;
    Var repeat(const Ints& repeats) const;
    Var repeat(Whole auto... repeats) const requires(sizeof...(repeats) > 1) {
        return repeat(Ints{static_cast<std::int64_t>(repeats)...});
    }
    Var tile(const Ints& repeats) const;
    Var repeat_interleave(std::int64_t repeats, std::optional<int> dim = {}) const;
    Var repeat_interleave(const Var& repeats, std::optional<int> dim = {}) const;
    Var diagonal(int offset = 0, int dim1 = 0, int dim2 = 1) const;
    Var diag(int diagonal = 0) const;
    Var tril(int diagonal = 0) const;
    Var triu(int diagonal = 0) const;
    Var trace() const;
    Var gather(int dim, const Var& index) const;
    Var scatter(int dim, const Var& index, const Operand& src, const std::string& reduce = "void") const;
    Var index_select(int dim, const Var& index) const;
    Var index_add(int dim, const Var& index, const Var& src) const;
    Var index_fill(int dim, const Var& index, const Operand& value) const;
    Var take_along_dim(const Var& index, std::optional<int> dim = {}) const;
    Var nonzero() const;
    Var reindex(const Shape& shape, const std::vector<std::string>& indexes, const Scalar& overflow_value = 0,
                const std::vector<std::string>& overflow_conditions = {}) const;
    Var reindex_reduce(const std::string& op, const Shape& shape, const std::vector<std::string>& indexes,
                       const std::vector<std::string>& overflow_conditions = {}) const;

    // x.add_(y), x.clamp_(0, 1), ...: each op above that gives one Var, in place. Where nothing records (no_grad,
    // integers) and shape and dtype stay, a leaf is written through its node, as by assign; otherwise it is x =
    // x.add(y). Returns x.
#include "minijt/in_place.inc"

    /// Part of it, by any mixture of what `indexing.hpp` lists: `x[1]`, `x[{_, from(1)}]`, `x[mask]`, `x[{0, places}]`.
    /// That of a named Var can be written to: `x[mask] = 0`. An IndexError or ShapeError names what does not fit.
    Var operator[](const Indices& indices) const&;
    Item operator[](const Indices& indices) &;
    RowIterator begin() const;
    End end() const { return {}; }

    inline Node* node() const noexcept;

private:
    void retain() const noexcept {
        if (node_) ++node_->refs;
    }
    void release() noexcept {
        if (node_ && --node_->refs == 0) free_node(node_);
    }
    const void* checked_data(Dtype dtype) const;
    Var& become(Var y);
    HookHandle add_hook(Callable<Var(const Var&)> hook);

    Counted* node_ = nullptr;
};

/// A list of Vars; three fit without an allocation.
class Vars : public SmallVector<Var, 3> {
public:
    Vars() = default;
    explicit Vars(std::size_t n) : SmallVector(n) {}
    Vars(const Var* first, const Var* last) : SmallVector(first, last) {}
    template <class... V>
    requires(sizeof...(V) > 0 && (std::derived_from<V, Var> && ...)) Vars(V... vars) {
        (push_back(std::move(vars)), ...);
    }
    Vars(const std::vector<Var>& list) : SmallVector(list.begin(), list.end()) {}
};

/// As Jittor prints: jt.Var([1. 2.], dtype=float32).
std::string str(const Var& x);
std::ostream& operator<<(std::ostream& out, const Var& x);

/// While it lives, ops of this thread record nothing and new Vars are born with gradients off.
struct no_grad {
    [[nodiscard]] no_grad();
    ~no_grad();
    no_grad(const no_grad&) = delete;
    no_grad& operator=(const no_grad&) = delete;

private:
    bool previous_;
};
/// While it lives, ops of this thread record again.
struct enable_grad {
    [[nodiscard]] enable_grad();
    ~enable_grad();
    enable_grad(const enable_grad&) = delete;
    enable_grad& operator=(const enable_grad&) = delete;

private:
    bool previous_;
};

/// f() under no_grad: `const Var y = without_grad([&] { return net(x); });`.
template <class F>
decltype(auto) without_grad(F f) {
    const no_grad guard;
    return f();
}

/// The extents of a Var of n axes, to be taken apart: `const auto [b, c, h, w] = sizes<4>(x);`. Throws a ShapeError for
/// another number of axes.
template <std::size_t n>
std::array<std::int64_t, n> sizes(const Var& x) {
    const Shape& shape = x.shape();
    if (shape.size() != n) fail<ShapeError>("sizes: needs ", n, " axes, got shape ", shape);
    std::array<std::int64_t, n> extents;
    for (std::size_t k = 0; k < n; ++k) extents[k] = shape[k];
    return extents;
}

}  // namespace jt

#include "indexing.hpp"
