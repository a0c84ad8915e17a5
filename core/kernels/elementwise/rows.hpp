// The row functions behind the element-wise kernels, reductions and fused kernels, one table per dtype and, for the
// floats, per instruction set. Private to core.
#pragma once
#include <atomic>

#include "../product/recurrent.hpp"
#include "elementwise.hpp"
#include "fused.hpp"

namespace jt::kernels {

inline constexpr const char* unary_names[] = {
#define JT_UNARY(name, value) #name,
#include "unary.def"
};
inline constexpr int n_unary = sizeof unary_names / sizeof *unary_names;
inline constexpr const char* binary_names[] = {
#define JT_BINARY(name) #name,
#include "binary.def"
};
inline constexpr int n_binary = sizeof binary_names / sizeof *binary_names, n_folds = 6;
inline constexpr const char* shaped_names[] = {
#define JT_SHAPED(name, value) #name,
#include "shaped.def"
};
inline constexpr int n_shaped = sizeof shaped_names / sizeof *shaped_names;

/// Which operand of a binary row is a single number.
enum class Form { vv, vs, sv };

/// Rows one after another in the result; from row to row the operands move on by x and y elements.
struct Steps {
    std::int64_t count = 1, x = 0, y = 0;
};

/// Folds that reductions are made of. sum, prod, dot (x * y) and squares accumulate in double, or std::uint64_t for
/// integers; max and min in the dtype itself.
enum class Fold { sum, prod, dot, squares, max, min };

/// A matrix to fold: `rows` rows of n elements, `stride` elements apart.
struct Block {
    std::int64_t rows, n, stride;
};

using MapRow = void (*)(const void* x, void* y, std::int64_t n);
using BinaryRows = void (*)(const void* x, const void* y, void* z, std::int64_t n, const Steps& steps);
using ShapedRow = void (*)(const void* x, const void* y, void* z, std::int64_t n, double a, double b);
using FoldBlock = void (*)(const void* x, const void* y, void* acc, const Block& block);

/// What one dtype can do; an entry is null where the op does not take that dtype.
struct Rows {
    MapRow map[n_unary];
    BinaryRows binary[n_binary][3];
    ShapedRow shaped[n_shaped];
    FoldBlock rows[n_folds];     ///< acc[r] gains the fold of row r (all but max and min: in 16 lanes)
    FoldBlock columns[n_folds];  ///< acc[k] gains the fold of column k
};

/// Logits (or their softmax) and their classes and weights, (rows, n), (rows,), (rows,).
template <class T>
struct Labelled {
    const T* x;
    const std::int32_t* t;
    const T* w;
    std::int64_t rows, n;
};

/// Coefficients of rescale_grad, dv = a * (G - (v * r) * b): a = g / n, r = 1 / n, and b = sum(G * v) / n or 0 where
/// the norm is the smallest one. r and b stay apart, for their product may be too small for T.
template <class T>
struct RescaleTerms {
    T *a, *r, *b;
};

/// rescale of a matrix whose rows have a norm each, and its gradients; dv may stand over G.
template <class T>
struct RescaleRows {
    const T *v, *g;
    T *n, *w;
    std::int64_t rows, length;
};
template <class T>
struct RescaleGradRows {
    const T *G, *v, *g, *n;
    T *dv, *dg;
    std::int64_t rows, length;
};

/// Numbers (pieces, outer, period, channels, inner), of which outer * period groups are standardised, see
/// `standardize`.
struct Groups {
    std::int64_t pieces, outer, period, channels, inner;

    std::int64_t count() const { return pieces * channels * inner; }  ///< numbers of one group
};
template <class T>
struct StandardizeRows {
    const T *x, *weight, *bias;
    T *y, *mean, *var;
    Groups groups;
    T eps;
    std::int64_t from, end;  ///< of the groups
};
template <class T>
struct StandardizeGradRows {
    const T *g, *x, *weight, *mean, *var;
    T* gx;
    double *gweight, *gbias;
    T* h;  ///< room for four runs, or for four times the channels
    Groups groups;
    T eps;
    std::int64_t from, end;  ///< of the groups
};

/// What Adan keeps of a parameter.
template <class T>
struct AdanRows {
    T *m, *v, *d, *before;
};

/// One step of a recurrent cell, for `rows` of a batch: gates (rows, 4 * n) get the bias (4 * n,) and go through their
/// functions, where they stand; h and c, (rows, n) each, come from those before. Only the lstm has c.
template <class T>
struct RecurrentRows {
    T* gates;
    const T *bias, *h_before, *c_before;
    T *h, *c;
    std::int64_t rows, n;
};
/// The way back: dh and dc, what later steps sent, become what this one sends back beside what goes through w_hh.
template <class T>
struct RecurrentGradRows {
    const T *gates, *h_before, *c_before, *c, *g;
    T *dgates, *dh, *dc;
    std::int64_t rows, n;
};

/// The fused functions on rows of n elements, see fused.hpp.
template <class T>
struct FusedRows {
    void (*softmax)(const T* x, T* y, std::int64_t rows, std::int64_t n);
    void (*log_softmax)(const T* x, T* y, std::int64_t rows, std::int64_t n);
    void (*softmax_grad)(const T* g, const T* y, T* gx, std::int64_t rows, std::int64_t n);
    void (*log_softmax_grad)(const T* g, const T* y, T* gx, std::int64_t rows, std::int64_t n);
    void (*cross_entropy)(const Labelled<T>& in, T* softmax, T* loss);
    void (*cross_entropy_grad)(const T* g, const Labelled<T>& in, T* gx);
    void (*rescale_rows)(const RescaleRows<T>& m);
    void (*rescale_terms)(const T* g, const T* n, const double* s, T* dg, const RescaleTerms<T>& terms,
                          std::int64_t count);  ///< s = sum(G * v)
    void (*rescale_grad_rows)(const RescaleGradRows<T>& m);
    void (*rescale_grad)(const T* G, const T* v, T* dv, std::int64_t n, const RescaleTerms<T>& terms, Form form);
    void (*standardize)(const StandardizeRows<T>& m);
    void (*standardize_grad)(const StandardizeGradRows<T>& m);
    void (*recurrent[n_recurrent])(const RecurrentRows<T>& step);
    void (*recurrent_grad[n_recurrent])(const RecurrentGradRows<T>& step);
    void (*sgd)(T* p, const T* g, T* velocity, std::int64_t n, const SgdParams& s);
    void (*adam)(T* p, const T* g, T* m, T* v, std::int64_t n, const AdamParams& s);
    void (*adamw)(T* p, const T* g, T* m, T* v, std::int64_t n, const AdamWParams& s);
    void (*rmsprop)(T* p, const T* g, T* v, std::int64_t n, const RmspropParams& s);
    void (*adan)(T* p, const T* g, const AdanRows<T>& state, std::int64_t n, const AdanParams& s);
};

/// Draws from Jittor's random stream, see random.hpp.
struct DrawRows {
    std::uint32_t (*uniform)(std::uint32_t state, float* u, std::int64_t n);  ///< what the state is behind them
    /// Tries the polar method: how many normal numbers came of it, and went to z, which has room for two a try.
    std::int64_t (*normal)(std::uint32_t& state, std::int64_t tries, float* z);
    void (*log)(const float* x, float* y, std::int64_t n);          ///< the C library's logf of normal x in (0, 1]
    void (*scale)(float* x, std::int64_t n, float by, float plus);  ///< x = fma(x, by, plus)
};

/// counts[i] = how many of n keys are below key i. Both have room for a multiple of 64 bytes of keys; the keys are
/// spoiled.
struct OrderRows {
    void (*below32)(std::uint32_t* keys, std::int64_t n, std::int32_t* counts);
    void (*below64)(std::uint64_t* keys, std::int64_t n, std::int32_t* counts);
};

/// Where entry k of a row of an index lies: `base` plus k steps and the entry's place, `stride` apart.
struct Along {
    std::int64_t base, step, stride;
};

/// Places of a row's entries, n + i for an entry i below 0, from int32 to int32, int64 to int32 and int64 to int64.
/// Returns a number below 0 when one was out of range, whose place is meaningless.
struct IndexRows {
    std::int32_t (*narrow)(const std::int32_t* index, std::int64_t size, std::int32_t n, const Along& along,
                           std::int32_t* places);
    std::int64_t (*narrowing)(const std::int64_t* index, std::int64_t size, std::int64_t n, const Along& along,
                              std::int32_t* places);
    std::int64_t (*wide)(const std::int64_t* index, std::int64_t size, std::int64_t n, const Along& along,
                         std::int64_t* places);
};

struct FusedTables {
    FusedRows<float> floats;
    FusedRows<double> doubles;
    DrawRows draws;
    OrderRows order;
    IndexRows index;
};

/// The tables of the instruction set in use. Every small op asks for that of its floats, which is known at a glance
/// once it was looked for.
extern std::atomic<const Rows*> known_floats;
const Rows& find_rows(Dtype dtype);
inline const Rows& rows(Dtype dtype) {
    const Rows* const known = known_floats.load(std::memory_order_relaxed);
    return known && is_float(dtype) ? known[static_cast<int>(dtype) - static_cast<int>(float32)] : find_rows(dtype);
}
const FusedTables& fused_tables();
template <class T>
const FusedRows<T>& fused_rows() {
    if constexpr (sizeof(T) == 4)
        return fused_tables().floats;
    else
        return fused_tables().doubles;
}

/// The tables of the floats by instruction set; float_rows is float32, float64. For tests as well.
namespace base {
extern const Rows float_rows[2];
extern const FusedTables fused;
}  // namespace base
#if defined(__x86_64__)
namespace v3 {
extern const Rows float_rows[2];
extern const FusedTables fused;
}  // namespace v3
namespace v4 {
extern const Rows float_rows[2];
extern const FusedTables fused;
}  // namespace v4
#endif

}  // namespace jt::kernels
