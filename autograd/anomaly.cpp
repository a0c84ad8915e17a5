// Looking for NaN and infinity, and how they are reported.
#include "anomaly.hpp"

#include <algorithm>
#include <cmath>

#include "detect.hpp"
#include "scope.hpp"

namespace jt {

constinit thread_local bool detecting = false;

detect_anomaly::detect_anomaly() noexcept : previous_(std::exchange(detecting, true)) {}
detect_anomaly::~detect_anomaly() { detecting = previous_; }

namespace {

template <class T>
bool all_finite(const T* x, std::int64_t n) {
    bool finite = true;
    for (std::int64_t i = 0; i < n; ++i) finite &= std::isfinite(x[i]);
    return finite;
}

// "NaN", "infinity", or null when all is finite.
const char* anomaly_of(const Array& x) {
    return dispatch(x.dtype(), [&]<class T>(T) -> const char* {
        if constexpr (std::is_floating_point_v<T>)
            if (!all_finite(x.data<T>(), x.numel())) {
                const T* const end = x.data<T>() + x.numel();
                return std::any_of(x.data<T>(), end, [](T v) { return std::isnan(v); }) ? "NaN" : "infinity";
            }
        return nullptr;
    });
}

std::string shapes_of(const Vars& inputs) {
    std::string out;
    for (const Var& x : inputs)
        out += (out.empty() ? ", of inputs " : " and ") + (x.defined() ? text(x.shape()) : "that are empty");
    return out;
}

}  // namespace

void check_value(const char* op, const Array& value, const Vars& inputs) {
    if (const char* found = anomaly_of(value))
        fail<AnomalyError>(op, ": needs a finite value, got ", found, " in shape ", value.shape(), shapes_of(inputs));
}

void check_gradient(const Node& node, std::size_t k, const Var& g) {
    if (const char* found = anomaly_of(g.array()))
        fail<AnomalyError>(node.op->name, ": needs a finite gradient, got ", found, " for input ", k, " of shape ",
                           node.inputs[k].var.shape());
}

void check_hooked(const Var& g) {
    if (const char* found = anomaly_of(g.array()))
        fail<AnomalyError>("register_hook: needs a finite gradient, got ", found, " in shape ", g.shape());
}

}  // namespace jt
