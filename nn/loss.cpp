// The formulas of the losses.
#include "loss.hpp"

#include "../autograd/ops/arithmetic.hpp"
#include "../autograd/ops/comparison.hpp"
#include "../autograd/ops/create.hpp"
#include "../autograd/ops/index.hpp"
#include "../autograd/ops/loss.hpp"
#include "../core/kernels/elementwise/elementwise.hpp"
#include "module/repr.hpp"

namespace jt::nn {

namespace {

Var reduce(const Var& loss, Reduction reduction) {
    return reduction == Reduction::mean ? loss.mean() : reduction == Reduction::sum ? loss.sum() : loss;
}

// (n, c, h, w) to one row a pixel.
Var rows_of_logits(const Var& output) {
    if (output.ndim() == 2) return output;
    if (output.ndim() != 4)
        fail<ShapeError>("cross_entropy_loss: needs logits (n, c) or (n, c, h, w), got ", output.shape());
    return output.transpose({0, 2, 3, 1}).reshape({-1, output.shape(1)});
}

// One class a row; throws when one is no whole number.
Var classes_of(const Var& target) {
    const Var t = target.reshape({-1});
    return t.dtype() == int32 ? t : array(kernels::cast_exact("cross_entropy_loss", t.array(), int64));
}

// What each row counts: its class's weight, 1 for any other class, 0 for one that is ignored.
Var row_weights(const Var& t, std::int64_t classes, const Var& weight, std::optional<int> ignore_index, Dtype dtype) {
    const no_grad guard;
    const Var known = (t >= 0) * (t < classes), valid = known.cast(dtype);
    const Var w = weight.defined() ? weight.cast(dtype)[where(known, t, 0).int32()] * valid : valid;
    return ignore_index ? where(t == *ignore_index, 0, w) : w;
}

}  // namespace

std::string text(Reduction reduction) {
    return reduction == Reduction::mean ? "mean" : reduction == Reduction::sum ? "sum" : "none";
}

Var cross_entropy_loss(const Var& output, const Var& target, const Var& weight, std::optional<int> ignore_index,
                       Reduction reduction) {
    const Var x = rows_of_logits(output), t = classes_of(target);
    if (weight.defined() && weight.shape() != Shape{x.shape(1)})
        fail<ShapeError>("cross_entropy_loss: needs weights of shape (", x.shape(1), ",), got ", weight.shape());
    if (t.numel() != x.shape(0))
        fail<ShapeError>("cross_entropy_loss: needs ", x.shape(0), " classes for logits ", output.shape(), ", got ",
                         target.shape());
    const Var w = row_weights(t, x.shape(1), weight, ignore_index, x.dtype());
    const Var loss = cross_entropy_rows(x, t, w);
    if (reduction == Reduction::none) return loss.reshape(target.shape());
    return reduction == Reduction::sum ? loss.sum() : loss.mean() / w.mean();
}

Var mse_loss(const Var& output, const Var& target, Reduction reduction) {
    if (output.shape() != target.shape())
        fail<ShapeError>("mse_loss: needs equal shapes, got ", output.shape(), " and ", target.shape());
    const Var difference = output - target;
    return reduce(difference * difference, reduction);
}

Var cross_entropy_loss(const Var& output, const Var& target, const CrossEntropyOptions& o) {
    return cross_entropy_loss(output, target, o.weight, o.ignore_index, o.reduction);
}

std::string CrossEntropyLoss::extra_repr() const {
    return repr(options_.weight, Named{"ignore_index", options_.ignore_index});
}

std::string MSELoss::extra_repr() const { return repr(reduction_); }

}  // namespace jt::nn
