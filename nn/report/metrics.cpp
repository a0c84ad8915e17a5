#include "metrics.hpp"

#include <algorithm>

#include "../../autograd/detect.hpp"
#include "../../autograd/ops.hpp"

namespace jt {

namespace {

// While it lives only numbers count, NaN among them.
struct Reading {
    const no_grad quiet;
    const Undetected unseen;
};

void check_whole(const char* op, const char* what, const Var& x) {
    if (is_float(x.dtype())) fail<DtypeError>(op, ": needs ", what, " that are whole numbers, got ", x.dtype());
}

void check_classes(const char* op, const char* what, const Var& x, std::int64_t classes) {
    const Var others = x[(x < 0) | (x >= classes)];
    if (others.numel() > 0)
        fail<IndexError>(op, ": needs ", what, " from 0 up to ", classes, ", got ", others[0].item<std::int64_t>());
}

bool are_classes(const char* op, const Var& predicted, const Var& targets) {
    node_of(op, predicted);
    node_of(op, targets);
    check_whole(op, "targets", targets);
    return predicted.shape() == targets.shape();
}

void check_scores(const char* op, const Var& x, const Var& targets) {
    Shape rest = x.shape();
    if (rest.rank() > 1) rest.erase(1);
    if (x.ndim() < 2 || rest != targets.shape())
        fail<ShapeError>(op, ": needs predictions (n, classes, ...) for targets (n, ...), got ", x.shape(), " and ",
                         targets.shape());
}

Var has_nan(const Var& scores) { return isnan(scores).any(1); }

double share(const Var& right) { return right.sum().item() / static_cast<double>(right.numel()); }

// Before a target come the classes of higher scores, and the first of equal ones.
double share_within(const char* op, const Var& x, const Var& targets, std::int64_t k) {
    check_scores(op, x, targets);
    const Var target = targets.int64().unsqueeze(1);
    check_classes(op, "targets", target, x.shape(1));
    const Var own = x.gather(1, target);
    const Var before = (x > own) | ((x == own) & (x.index(1) < target));
    return share((before.sum(1) < std::min(k, x.shape(1))) & ~has_nan(x));
}

Var predictions(const char* op, const Var& x, const Var& targets) {
    if (are_classes(op, x, targets)) {
        check_whole(op, "predicted classes", x);
        return x;
    }
    check_scores(op, x, targets);
    const Var bad = has_nan(x).flatten().nonzero();
    if (bad.numel() > 0)
        fail<ValueError>(op, ": needs scores that are numbers, got NaN for prediction ", bad[0].item<std::int64_t>());
    return x.argmax(1).first;
}

}  // namespace

double accuracy(const Var& predicted, const Var& targets) {
    static constexpr const char* op = "accuracy";
    const Reading guard;
    if (!are_classes(op, predicted, targets)) return share_within(op, predicted, targets, 1);
    return share(predictions(op, predicted, targets) == targets);
}

double top_k_accuracy(const Var& scores, const Var& targets, std::int64_t k) {
    static constexpr const char* op = "top_k_accuracy";
    const Reading guard;
    are_classes(op, scores, targets);
    if (k < 1) fail<ValueError>(op, ": needs k of 1 or more, got ", k);
    return share_within(op, scores, targets, k);
}

Var confusion_matrix(const Var& predicted, const Var& targets, std::int64_t classes) {
    static constexpr const char* op = "confusion_matrix";
    const Reading guard;
    if (classes < 1) fail<ValueError>(op, ": needs 1 class or more, got ", classes);
    const Var columns = predictions(op, predicted, targets).int64(), rows = targets.int64();
    check_classes(op, "targets", rows, classes);
    check_classes(op, "predictions", columns, classes);
    const Var none = zeros({classes, classes}, int32);
    return none.flatten().scatter(0, (rows * classes + columns).flatten(), 1, "add").reshape({classes, classes});
}

}  // namespace jt
