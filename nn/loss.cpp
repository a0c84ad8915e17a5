// The formulas of the losses.
#include "loss.hpp"

#include <cmath>

#include "../autograd/ops/arithmetic.hpp"
#include "../autograd/ops/comparison.hpp"
#include "../autograd/ops/create.hpp"
#include "../autograd/ops/elementwise.hpp"
#include "../autograd/ops/index.hpp"
#include "../autograd/ops/loss.hpp"
#include "../core/kernels/elementwise/elementwise.hpp"
#include "module/repr.hpp"

namespace jt::nn {

namespace {

Var reduce(const Var& loss, Reduction reduction) {
    switch (reduction) {
        case Reduction::mean:
            return loss.mean();
        case Reduction::sum:
            return loss.sum();
        case Reduction::batchmean:
            return loss.sum() / loss.shape(0);
        case Reduction::none:
            break;
    }
    return loss;
}

Reduction reduction_of(bool size_average) { return size_average ? Reduction::mean : Reduction::sum; }

// (n, c, m...) to one row for each of n * m... .
Var rows_of_logits(const char* op, const Var& output) {
    const int rank = output.ndim();
    if (rank < 2) fail<ShapeError>(op, ": needs logits (n, c) or (n, c, m...), got ", output.shape());
    if (rank == 2) return output;
    Axes order = {0};
    for (int k = 2; k < rank; ++k) order.push_back(k);
    order.push_back(1);
    const Var moved = output.transpose(order);
    return moved.reshape({reduced_shape(output.shape(), 2, false).numel(), output.shape(1)});
}

// Integers are no logarithms.
Var float_output(const char* op, const Var& output) {
    if (!is_float(output.dtype())) fail<DtypeError>(op, ": needs float logarithms, got ", output.dtype());
    return output;
}

// One class a row; throws when one is no whole number.
Var classes_of(const char* op, const Var& target) {
    Var t = target.reshape({-1});
    if (t.dtype() == int32) return t;
    if (is_float(t.dtype()))
        for (const double number : t.to_vector<double>())
            if (number != std::trunc(number))
                fail<ValueError>(op, ": needs whole numbers of classes as targets, got ", number);
    return array(kernels::cast_exact(op, t.array(), int64));
}

void check_class_count(const char* op, const Var& output, const Var& target, std::int64_t rows) {
    if (target.numel() == rows) return;
    const char* advice = target.shape() == output.shape() ? "; of rows that are one-hot take argmax(1).first, of "
                                                            "probabilities p -(p * log_softmax(x, 1)).sum(1).mean()"
                                                          : "";
    fail<ShapeError>(op, ": needs ", rows, " classes for logits ", output.shape(), ", got ", target.shape(), advice);
}

// What each row counts: its class's weight, 1 for any other class, 0 for one that is ignored.
Var row_weights(const Var& t, std::int64_t classes, const Var& weight, std::optional<int> ignore_index, Dtype dtype) {
    std::optional<no_grad> guard;
    if (!weight.defined() || weight.is_stop_grad()) guard.emplace();
    const Var known = (t >= 0) * (t < classes), valid = known.cast(dtype);
    const Var w = weight.defined() ? weight.cast(dtype)[where(known, t, 0).int32()] * valid : valid;
    return ignore_index ? where(t == *ignore_index, 0, w) : w;
}

// The loss of rows x (n, c) of classes t (n,) that count w (n,): what cross_entropy_loss and nll_loss share.
template <class F>
Var loss_of_rows(const char* op, const Var& output, const Var& target, const CrossEntropyOptions& o, F f) {
    const Var x = rows_of_logits(op, output);
    check_class_count(op, output, target, x.shape(0));
    const Var t = classes_of(op, target);
    if (o.weight.defined() && o.weight.shape() != Shape{x.shape(1)})
        fail<ShapeError>(op, ": needs weights of shape (", x.shape(1), ",), got ", o.weight.shape());
    const Var w = row_weights(t, x.shape(1), o.weight, o.ignore_index, x.dtype()), loss = f(x, t, w);
    return o.reduction == Reduction::mean ? loss.mean() / w.mean() : reduce(loss.reshape(target.shape()), o.reduction);
}

// The rule of cross_entropy_rows gives its weights no gradient.
Var cross_entropy_counted(const Var& x, const Var& t, const Var& w) {
    return w.requires_grad() ? w * cross_entropy_rows(x, t, w != 0) : cross_entropy_rows(x, t, w);
}

// -x at each class that counts; those that are ignored may hold -infinity.
Var nll_rows(const Var& x, const Var& t, const Var& w) {
    const Var counts = w != 0, places = where(counts, t, 0).reshape({-1, 1});
    return where(counts, -w * gather(x, 1, places.int32()).reshape({-1}), 0);
}

void check_pair(const char* op, const Var& output, const Var& target) {
    if (output.shape() != target.shape())
        fail<ShapeError>(op, ": needs equal shapes, got ", output.shape(), " and ", target.shape());
}

// The weight, or 1 where there is none.
Var weight_for(const char* op, const Var& output, const Var& weight) {
    if (!weight.defined()) return ones({1}, output.dtype());
    if (!broadcasts_to(weight.shape(), output.shape()))
        fail<ShapeError>(op, ": needs weights that broadcast to ", output.shape(), ", got ", weight.shape());
    return weight;
}

}  // namespace

std::string text(Reduction reduction) {
    constexpr const char* names[] = {"mean", "sum", "none", "batchmean"};
    return names[static_cast<int>(reduction)];
}

Var cross_entropy_loss(const Var& output, const Var& target, const CrossEntropyOptions& options) {
    return loss_of_rows("cross_entropy_loss", output, target, options, cross_entropy_counted);
}

Var cross_entropy_loss(const Var& output, const Var& target, const Var& weight, std::optional<int> ignore_index,
                       Reduction reduction) {
    return cross_entropy_loss(output, target, CrossEntropyOptions{{}, weight, ignore_index, reduction});
}

Var nll_loss(const Var& output, const Var& target, const CrossEntropyOptions& options) {
    return loss_of_rows("nll_loss", float_output("nll_loss", output), target, options, nll_rows);
}

Var nll_loss(const Var& output, const Var& target, const Var& weight, std::optional<int> ignore_index,
             Reduction reduction) {
    return nll_loss(output, target, CrossEntropyOptions{{}, weight, ignore_index, reduction});
}

Var mse_loss(const Var& output, const Var& target, Reduction reduction) {
    check_pair("mse_loss", output, target);
    const Var difference = output - target;
    return reduce(difference * difference, reduction);
}

Var l1_loss(const Var& output, const Var& target, Reduction reduction) {
    check_pair("l1_loss", output, target);
    return reduce(abs(output - target), reduction);
}

// With m = min(d, 1) both pieces are m * (d - m / 2).
Var smooth_l1_loss(const Var& y_true, const Var& y_pred, Reduction reduction) {
    check_pair("smooth_l1_loss", y_true, y_pred);
    const Var d = abs(y_true - y_pred), m = minimum(d, 1);
    return reduce(m * (d - m * 0.5), reduction);
}

Var kl_div(const Var& input, const Var& target, Reduction reduction, bool log_target) {
    check_pair("kl_div", input, target);
    const Var p = log_target ? exp(target) : target, log_p = log_target ? target : log(target);
    return reduce(where(p == 0, 0, p * (log_p - input)), reduction);
}

Var bce_loss(const Var& output, const Var& target, const BCEOptions& o) {
    check_pair("bce_loss", output, target);
    if (o.pos_weight.defined()) fail<ValueError>("bce_loss: needs no pos_weight, which is for logits, got one");
    const auto log_of = [](const Var& p) { return log(maximum(p, 1e-20)); };
    const Var gain = target * log_of(output) + (1 - target) * log_of(1 - output);
    return reduce(-gain * weight_for("bce_loss", output, o.weight), o.reduction);
}

Var bce_loss(const Var& output, const Var& target, const Var& weight, bool size_average) {
    return bce_loss(output, target, BCEOptions{{}, weight, {}, reduction_of(size_average)});
}

Var binary_cross_entropy_with_logits(const Var& output, const Var& target, const BCEOptions& o) {
    constexpr const char* op = "binary_cross_entropy_with_logits";
    check_pair(op, output, target);
    const Var w = weight_for(op, output, o.weight), pos = weight_for(op, output, o.pos_weight);
    const Var log_part = maximum(-output, 0) + log1p(exp(-abs(output)));  // -log(sigmoid(output))
    return reduce(((1 - target) * output + ((pos - 1) * target + 1) * log_part) * w, o.reduction);
}

Var binary_cross_entropy_with_logits(const Var& output, const Var& target, const Var& weight, const Var& pos_weight,
                                     bool size_average) {
    return binary_cross_entropy_with_logits(output, target,
                                            BCEOptions{{}, weight, pos_weight, reduction_of(size_average)});
}

// ---- modules

std::string KLDivLoss::extra_repr() const { return repr(options.reduction, Named{"log_target", options.log_target}); }

template <Var (*f)(const Var&, const Var&, const CrossEntropyOptions&)>
std::string ClassLoss<f>::extra_repr() const {
    return repr(weight, Named{"ignore_index", ignore_index});
}
template class ClassLoss<cross_entropy_loss>;
template class ClassLoss<nll_loss>;

namespace {

// What Jittor says by size_average, where it can.
std::string shown(Reduction reduction) {
    if (reduction == Reduction::mean || reduction == Reduction::sum)
        return repr(Named{"size_average", reduction == Reduction::mean});
    return repr(Named{"reduction", reduction});
}

// Probabilities take no pos_weight.
Var no_pos_weight(const BCEOptions& options) {
    if (options.pos_weight.defined()) fail<ValueError>("BCELoss: needs no pos_weight, which is for logits, got one");
    return options.weight;
}

}  // namespace

BCELoss::BCELoss(const Options& options)
    : weight(register_buffer("weight", no_pos_weight(options))), reduction(options.reduction) {}

BCELoss::BCELoss(const Var& weight, bool size_average) : BCELoss(Options{{}, weight, {}, reduction_of(size_average)}) {}

Var BCELoss::execute(const Var& output, const Var& target) {
    return bce_loss(output, target, {{}, weight, {}, reduction});
}

std::string BCELoss::extra_repr() const { return repr(weight, shown(reduction)); }

BCEWithLogitsLoss::BCEWithLogitsLoss(const Options& options)
    : weight(register_buffer("weight", options.weight)),
      pos_weight(register_buffer("pos_weight", options.pos_weight)),
      reduction(options.reduction) {}

BCEWithLogitsLoss::BCEWithLogitsLoss(const Var& weight, const Var& pos_weight, bool size_average)
    : BCEWithLogitsLoss(Options{{}, weight, pos_weight, reduction_of(size_average)}) {}

Var BCEWithLogitsLoss::execute(const Var& output, const Var& target) {
    return binary_cross_entropy_with_logits(output, target, {{}, weight, pos_weight, reduction});
}

std::string BCEWithLogitsLoss::extra_repr() const {
    return repr(weight, Named{"pos_weight", pos_weight}, shown(reduction));
}

template Vars Layer<KLDivLoss>::execute_vars(const Vars&);
template Vars Layer<BCELoss>::execute_vars(const Vars&);
template Vars Layer<BCEWithLogitsLoss>::execute_vars(const Vars&);

}  // namespace jt::nn
