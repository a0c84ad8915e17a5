// One step of a recurrent cell and its way back, row by row.
#pragma once
#include "../elementwise/rows.hpp"
#include "math.hpp"

namespace jt::kernels::JT_ISA {

/// Slopes of sigmoid and tanh, from their values.
inline constexpr auto sigmoid_slope = [](const auto& y) { return y * (1 - y); };
inline constexpr auto tanh_slope = [](const auto& y) { return 1 - y * y; };

/// c = f * c + i * g, h = o * tanh(c).
template <class T>
void lstm_step(const RecurrentRows<T>& s) {
    using V = Vec<T>;
    const auto step = [](V& i, V& f, V& g, V& o, const V& bi, const V& bf, const V& bg, const V& bo, const V& before,
                         V& c, V& h) {
        i = Math<T>::sigmoid(i + bi);
        f = Math<T>::sigmoid(f + bf);
        g = Math<T>::tanh(g + bg);
        o = Math<T>::sigmoid(o + bo);
        c = f * before + i * g;
        h = o * Math<T>::tanh(c);
    };
    for (std::int64_t r = 0; r < s.rows; ++r) {
        const auto n = s.n, at = r * n;
        T* const i = s.gates + 4 * at;
        in_vectors<T>(n, step, i, i + n, i + 2 * n, i + 3 * n, s.bias, s.bias + n, s.bias + 2 * n, s.bias + 3 * n,
                      s.c_before + at, s.c + at, s.h + at);
    }
}

template <class T>
void lstm_step_grad(const RecurrentGradRows<T>& s) {
    using V = Vec<T>;
    const auto back = [](const V& i, const V& f, const V& g, const V& o, const V& before, const V& c, const V& gh,
                         V& di, V& df, V& dg, V& d_o, V& dh, V& dc) {
        const V t = Math<T>::tanh(c), to_h = gh + dh, to_c = dc + to_h * o * tanh_slope(t);
        di = to_c * g * sigmoid_slope(i);
        df = to_c * before * sigmoid_slope(f);
        dg = to_c * i * tanh_slope(g);
        d_o = to_h * t * sigmoid_slope(o);
        dh = V{};
        dc = to_c * f;
    };
    for (std::int64_t r = 0; r < s.rows; ++r) {
        const auto n = s.n, at = r * n;
        const T* const i = s.gates + 4 * at;
        T* const di = s.dgates + 4 * at;
        in_vectors<T>(n, back, i, i + n, i + 2 * n, i + 3 * n, s.c_before + at, s.c + at, s.g + at, di, di + n,
                      di + 2 * n, di + 3 * n, s.dh + at, s.dc + at);
    }
}

/// n = tanh(n_x + r * n_h), h = n + z * (h - n).
template <class T>
void gru_step(const RecurrentRows<T>& s) {
    using V = Vec<T>;
    const auto step = [](V& r, V& z, V& n, V& n_h, const V& br, const V& bz, const V& bn, const V& bh, const V& before,
                         V& h) {
        r = Math<T>::sigmoid(r + br);
        z = Math<T>::sigmoid(z + bz);
        n_h += bh;
        n = Math<T>::tanh(n + bn + r * n_h);
        h = n + z * (before - n);
    };
    for (std::int64_t k = 0; k < s.rows; ++k) {
        const auto n = s.n, at = k * n;
        T* const r = s.gates + 4 * at;
        in_vectors<T>(n, step, r, r + n, r + 2 * n, r + 3 * n, s.bias, s.bias + n, s.bias + 2 * n, s.bias + 3 * n,
                      s.h_before + at, s.h + at);
    }
}

template <class T>
void gru_step_grad(const RecurrentGradRows<T>& s) {
    using V = Vec<T>;
    const auto back = [](const V& r, const V& z, const V& n, const V& n_h, const V& before, const V& gh, V& dr, V& dz,
                         V& dn, V& dn_h, V& dh) {
        const V to_h = gh + dh;
        dn = to_h * (1 - z) * tanh_slope(n);
        dn_h = dn * r;
        dr = dn * n_h * sigmoid_slope(r);
        dz = to_h * (before - n) * sigmoid_slope(z);
        dh = to_h * z;
    };
    for (std::int64_t k = 0; k < s.rows; ++k) {
        const auto n = s.n, at = k * n;
        const T* const r = s.gates + 4 * at;
        T* const dr = s.dgates + 4 * at;
        in_vectors<T>(n, back, r, r + n, r + 2 * n, r + 3 * n, s.h_before + at, s.g + at, dr, dr + n, dr + 2 * n,
                      dr + 3 * n, s.dh + at);
    }
}

}  // namespace jt::kernels::JT_ISA
