// What detect_anomaly asks of ops and of the walk back.
#pragma once
#include "anomaly.hpp"
#include "node.hpp"

namespace jt {

/// True while a detect_anomaly of this thread lives.
[[gnu::tls_model("initial-exec")]] extern constinit thread_local bool detecting;

/// While it lives, what ops give is not checked: inside a rule, whose result is.
struct Undetected {
    Undetected() noexcept : previous(std::exchange(detecting, false)) {}
    ~Undetected() { detecting = previous; }
    Undetected(const Undetected&) = delete;
    Undetected& operator=(const Undetected&) = delete;
    const bool previous;
};

/// Each throws an AnomalyError. What the op of that name made of the inputs:
void check_value(const char* op, const Array& value, const Vars& inputs);
/// What the rule of a node gave for its k-th input:
void check_gradient(const Node& node, std::size_t k, const Var& g);
/// What a hook gave:
void check_hooked(const Var& g);

}  // namespace jt
