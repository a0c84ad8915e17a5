// Neighbours are rows of the elements behind the axis, or single elements of the last one.
#include "blend.hpp"

#include <algorithm>

#include "../parallel.hpp"

namespace jt::kernels {

namespace {

// Rows of x and y along the axis, for each combination of the axes before it.
struct Planes {
    std::int64_t count, width;

    Planes(const Shape& shape, int axis)
        : count(Shape(shape.begin(), shape.begin() + axis).numel()), width(step_along(shape, axis)) {}
};

Array with_extent(const Array& x, int axis, std::size_t extent) {
    Shape shape = x.shape();
    shape[static_cast<std::size_t>(axis)] = static_cast<std::int64_t>(extent);
    return Array(shape, x.dtype());
}

// How many of the places have a next one.
std::size_t inner_count(const Blend& b) {
    return static_cast<std::size_t>(std::lower_bound(b.place.begin(), b.place.end(), b.n - 1) - b.place.begin());
}

template <class T>
void blend_elements(const T* x, T* y, const Blend& b, std::size_t inner) {
    const auto* place = b.place.data();
    const float* share = b.share.data();
    for (std::size_t i = 0; i < inner; ++i)
        y[i] = x[place[i]] * static_cast<T>(1 - share[i]) + x[place[i] + 1] * static_cast<T>(share[i]);
    for (std::size_t i = inner; i < b.place.size(); ++i) y[i] = x[place[i]] * static_cast<T>(1 - share[i]);
}

template <class T>
void unblend_elements(const T* y, T* x, const Blend& b, std::size_t inner) {
    const auto* place = b.place.data();
    const float* share = b.share.data();
    for (std::size_t i = 0; i < b.place.size(); ++i) x[place[i]] += y[i] * static_cast<T>(1 - share[i]);
    for (std::size_t i = 0; i < inner; ++i) x[place[i] + 1] += y[i] * static_cast<T>(share[i]);
}

template <class T>
void blend_rows(const T* x, T* y, const Blend& b, std::size_t inner, std::int64_t width) {
    for (std::size_t i = 0; i < b.place.size(); ++i, y += width) {
        const T near = static_cast<T>(1 - b.share[i]), far = static_cast<T>(b.share[i]);
        const T *first = x + b.place[i] * width, *second = first + width;
        if (i < inner)
            for (std::int64_t j = 0; j < width; ++j) y[j] = first[j] * near + second[j] * far;
        else
            for (std::int64_t j = 0; j < width; ++j) y[j] = first[j] * near;
    }
}

template <class T>
void unblend_rows(const T* y, T* x, const Blend& b, std::size_t inner, std::int64_t width) {
    for (std::size_t i = 0; i < b.place.size(); ++i, y += width) {
        const T near = static_cast<T>(1 - b.share[i]), far = static_cast<T>(b.share[i]);
        T *first = x + b.place[i] * width, *second = first + width;
        for (std::int64_t j = 0; j < width; ++j) first[j] += y[j] * near;
        if (i < inner)
            for (std::int64_t j = 0; j < width; ++j) second[j] += y[j] * far;
    }
}

// f of each plane of both, which hold `from_rows` and `to_rows` rows.
template <class T, class F>
void each_plane(const Planes& planes, const T* from, std::int64_t from_rows, T* to, std::int64_t to_rows, F f) {
    const auto from_size = from_rows * planes.width, to_size = to_rows * planes.width;
    for_rows(planes.count, std::max(from_size, to_size), [=](std::int64_t k, std::int64_t end) {
        for (; k < end; ++k) f(from + k * from_size, to + k * to_size);
    });
}

}  // namespace

Array blend(const Array& x, int axis, const Blend& b) {
    Array y = with_extent(x, axis, b.place.size());
    const Planes planes(x.shape(), axis);
    const auto inner = inner_count(b);
    const auto m = static_cast<std::int64_t>(b.place.size());
    dispatch_float(x.dtype(), [&]<class T>(T) {
        const T* from = x.data<T>();
        T* to = y.data<T>();
        each_plane(planes, from, b.n, to, m, [&](const T* x_plane, T* y_plane) {
            planes.width == 1 ? blend_elements(x_plane, y_plane, b, inner)
                              : blend_rows(x_plane, y_plane, b, inner, planes.width);
        });
    });
    return y;
}

Array unblend(const Array& y, int axis, const Blend& b) {
    Shape shape = y.shape();
    shape[static_cast<std::size_t>(axis)] = b.n;
    Array x = Array::zeros(shape, y.dtype());
    const Planes planes(shape, axis);
    const auto inner = inner_count(b);
    const auto m = static_cast<std::int64_t>(b.place.size());
    dispatch_float(y.dtype(), [&]<class T>(T) {
        const T* from = y.data<T>();
        T* to = x.data<T>();
        each_plane(planes, from, m, to, b.n, [&](const T* y_plane, T* x_plane) {
            planes.width == 1 ? unblend_elements(y_plane, x_plane, b, inner)
                              : unblend_rows(y_plane, x_plane, b, inner, planes.width);
        });
    });
    return x;
}

}  // namespace jt::kernels
