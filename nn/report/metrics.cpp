#include "metrics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "../../autograd/node.hpp"
#include "../../autograd/ops/create.hpp"

namespace jt {

namespace {

void check_whole(const char* op, const char* what, const Var& x) {
    if (is_float(x.dtype())) fail<DtypeError>(op, ": needs ", what, " that are whole numbers, got ", x.dtype());
}

std::int64_t checked(const char* op, const char* what, std::int64_t k, std::int64_t classes) {
    if (k < 0 || k >= classes) fail<IndexError>(op, ": needs ", what, " from 0 up to ", classes, ", got ", k);
    return k;
}

bool are_classes(const char* op, const Var& predicted, const Var& targets) {
    node_of(op, predicted);
    node_of(op, targets);
    check_whole(op, "targets", targets);
    return predicted.shape() == targets.shape();
}

// Scores (n, classes, ...), read one target after another.
class Scores {
public:
    Scores(const char* op, const Var& x, const Var& targets) : op_(op), targets_(targets.to_vector<std::int64_t>()) {
        Shape rest = x.shape();
        if (rest.rank() > 1) rest.erase(1);
        if (x.ndim() < 2 || rest != targets.shape())
            fail<ShapeError>(op, ": needs predictions (n, classes, ...) for targets (n, ...), got ", x.shape(), " and ",
                             targets.shape());
        values_ = x.to_vector<double>();
        classes_ = x.shape(1);
        step_ = step_along(x.shape(), 1);
    }

    std::int64_t size() const { return static_cast<std::int64_t>(targets_.size()); }
    std::int64_t classes() const { return classes_; }
    std::int64_t target(std::int64_t k) const { return checked(op_, "targets", targets_[at(k)], classes_); }
    double score(std::int64_t k, std::int64_t of) const {
        return values_[at(k / step_ * classes_ * step_ + of * step_ + k % step_)];
    }
    bool has_nan(std::int64_t k) const {
        return before(
                   k, [](double s) { return std::isnan(s); }, classes_) > 0;
    }
    /// How many classes stand before one: those of higher scores, and the first of equal ones.
    std::int64_t rank(std::int64_t k, std::int64_t of) const {
        const double own = score(k, of);
        return before(
                   k, [own](double s) { return s > own; }, classes_) +
               before(
                   k, [own](double s) { return s == own; }, of);
    }
    std::int64_t highest(std::int64_t k) const {
        std::int64_t best = 0;
        for (std::int64_t c = 1; c < classes_; ++c)
            if (score(k, c) > score(k, best)) best = c;
        return best;
    }

private:
    static std::size_t at(std::int64_t k) { return static_cast<std::size_t>(k); }
    // How many of the first classes have such a score.
    template <class F>
    std::int64_t before(std::int64_t k, F f, std::int64_t end) const {
        std::int64_t n = 0;
        for (std::int64_t c = 0; c < end; ++c) n += f(score(k, c)) ? 1 : 0;
        return n;
    }

    const char* op_;
    std::vector<std::int64_t> targets_;
    std::vector<double> values_;
    std::int64_t classes_ = 0, step_ = 1;
};

double share(std::int64_t right, std::int64_t of) {
    return of == 0 ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(right) / static_cast<double>(of);
}

double share_within(const char* op, const Var& x, const Var& targets, std::int64_t k) {
    const Scores scores(op, x, targets);
    std::int64_t right = 0;
    for (std::int64_t i = 0; i < scores.size(); ++i) {
        const std::int64_t target = scores.target(i);
        right += !scores.has_nan(i) && scores.rank(i, target) < k ? 1 : 0;
    }
    return share(right, scores.size());
}

std::vector<std::int64_t> predictions(const char* op, const Var& x, const Var& targets) {
    if (are_classes(op, x, targets)) {
        check_whole(op, "predicted classes", x);
        return x.to_vector<std::int64_t>();
    }
    const Scores scores(op, x, targets);
    std::vector<std::int64_t> out;
    for (std::int64_t i = 0; i < scores.size(); ++i) {
        if (scores.has_nan(i)) fail<ValueError>(op, ": needs scores that are numbers, got NaN for prediction ", i);
        out.push_back(scores.highest(i));
    }
    return out;
}

}  // namespace

double accuracy(const Var& predicted, const Var& targets) {
    static constexpr const char* op = "accuracy";
    if (!are_classes(op, predicted, targets)) return share_within(op, predicted, targets, 1);
    const auto a = predictions(op, predicted, targets), b = targets.to_vector<std::int64_t>();
    std::int64_t right = 0;
    for (std::size_t k = 0; k < a.size(); ++k) right += a[k] == b[k] ? 1 : 0;
    return share(right, static_cast<std::int64_t>(a.size()));
}

double top_k_accuracy(const Var& scores, const Var& targets, std::int64_t k) {
    static constexpr const char* op = "top_k_accuracy";
    are_classes(op, scores, targets);
    if (k < 1) fail<ValueError>(op, ": needs k of 1 or more, got ", k);
    return share_within(op, scores, targets, k);
}

Var confusion_matrix(const Var& predicted, const Var& targets, std::int64_t classes) {
    static constexpr const char* op = "confusion_matrix";
    if (classes < 1) fail<ValueError>(op, ": needs 1 class or more, got ", classes);
    const auto columns = predictions(op, predicted, targets), rows = targets.to_vector<std::int64_t>();
    Array counts = Array::zeros({classes, classes}, Dtype::int32);
    auto* const cells = counts.data<std::int32_t>();
    for (std::size_t k = 0; k < rows.size(); ++k)
        ++cells[checked(op, "targets", rows[k], classes) * classes + checked(op, "predictions", columns[k], classes)];
    return array(counts);
}

}  // namespace jt
