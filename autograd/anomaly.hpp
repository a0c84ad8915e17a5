// Find where NaN and infinity come from: detect_anomaly checks what ops and their gradients give.
#pragma once

namespace jt {

/// While it lives, the first op of this thread whose value holds NaN or infinity throws an AnomalyError that names the
/// op, the shapes and the module, and in `grad` the first op whose rule gives such a gradient, or the hook:
/// "log: needs a finite value, got NaN in shape (2, 3), of inputs (2, 3), in Net.fc1". Ops under no_grad and in user's
/// Functions count; leaves do not, and an infinity that is put in on purpose (a masked_fill) does. It nests, and costs
/// a pass over each value. grad then frees nothing before it is done: after a throw the graph is whole.
struct detect_anomaly {
    [[nodiscard]] detect_anomaly() noexcept;
    ~detect_anomaly();
    detect_anomaly(const detect_anomaly&) = delete;
    detect_anomaly& operator=(const detect_anomaly&) = delete;

private:
    bool previous_;
};

}  // namespace jt
