// The side of PyTorch's C++ front end in minijt_ops.cpp.
#include <torch/torch.h>

#include "torch_sides.hpp"

using torch::Tensor;
namespace F = torch::nn::functional;
using torch::indexing::Slice;

namespace {

struct TimedOp {
    std::string name;
    std::function<Tensor(const Tensor& x, const Tensor& y)> f;
    double low = 0.1, high = 3.1;  ///< of the numbers in x and y
};

/// Names that minijt or Jittor has, and libtorch spells otherwise.
namespace named {
using namespace torch;

Tensor equal(const Tensor& x, const Tensor& y) { return torch::eq(x, y); }
Tensor rint(const Tensor& x) { return torch::round(x); }
Tensor cbrt(const Tensor& x) { return torch::pow(x, 1.0 / 3); }
Tensor floor_int(const Tensor& x) { return torch::floor(x).to(torch::kInt32); }
Tensor ceil_int(const Tensor& x) { return torch::ceil(x).to(torch::kInt32); }
Tensor round_int(const Tensor& x) { return torch::round(x).to(torch::kInt32); }
Tensor mod(const Tensor& x, const Tensor& y) { return torch::remainder(x, y); }
Tensor floor_divide(const Tensor& x, const Tensor& y) { return torch::div(x, y, "trunc").to(torch::kInt32); }

}  // namespace named

/// All pieces copied, as minijt does.
std::vector<Tensor> split(const Tensor& x) {
    std::vector<Tensor> pieces = x.split(5, 1);
    for (Tensor& piece : pieces) piece = piece.contiguous();
    return pieces;
}

Tensor image(const Tensor& x) { return x.view({1, 1, x.size(0), x.size(1)}); }

using Resize = F::InterpolateFuncOptions;

Tensor twice_as_large(const Tensor& x, const Resize& options) {
    return F::interpolate(image(x), Resize(options).scale_factor(std::vector<double>{2, 2}));
}

/// The elements of x to read or write, made once.
struct Chosen {
    Tensor once;

    const Tensor& rows(const Tensor& x) {
        return kept([&] { return torch::randint(0, x.size(0), {x.size(0)}); });
    }
    const Tensor& mask(const Tensor& x) {
        return kept([&] { return x > 1.6; });
    }
    const Tensor& places(const Tensor& x) {
        return kept([&] { return torch::randint(0, x.size(1), x.sizes(), torch::kInt64); });
    }

private:
    template <class F>
    const Tensor& kept(F f) {
        return once.defined() ? once : once = f();
    }
};

#define ONE(name, value, ...)                                                                 \
    {                                                                                         \
        name, [](const Tensor& x, const Tensor&) { return value; } __VA_OPT__(, ) __VA_ARGS__ \
    }
#define TWO(name, value, ...)                                                                   \
    {                                                                                           \
        name, [](const Tensor& x, const Tensor& y) { return value; } __VA_OPT__(, ) __VA_ARGS__ \
    }
#define CHOSEN(name, value)                                                                               \
    {                                                                                                     \
        name, [c = Chosen()](const Tensor& x, [[maybe_unused]] const Tensor& y) mutable { return value; } \
    }
#define WRITE(name, ...)                                                                                               \
    {                                                                                                                  \
        name,                                                                                                          \
            [c = Chosen()](const Tensor& x, const Tensor&) mutable { return x.detach().index_put_(__VA_ARGS__, 0.5); } \
    }

const std::vector<TimedOp> ops = {
#define UNARY(name, value, low, high, makes) ONE(#name, named::name(x), low, high),
#include "../autograd/unary_rows.def"
#define BINARY(name, value, low, high, makes) TWO(#name, named::name(x, y), low, high),
#include "../autograd/binary_rows.def"
    ONE("sqr", x* x),
    ONE("clamp", x.clamp(0.5, 2)),
    TWO("lerp", x.lerp(y, 0.3)),
    TWO("where", torch::where(x > y, x, y)),
    TWO("masked_fill", x.masked_fill(y > 1, 0)),
    TWO("add_row", x + y[0]),
    TWO("mul_column", x* y.slice(1, 0, 1)),
    ONE("leaky_relu", torch::leaky_relu(x), -3, 3),
    ONE("elu", torch::elu(x), -3, 3),
    ONE("relu6", torch::relu6(x), -3, 9),
    ONE("hardtanh", torch::hardtanh(x), -3, 3),
    ONE("gelu", torch::gelu(x), -3, 3),
    ONE("silu", torch::silu(x), -3, 3),
    ONE("mish", torch::mish(x), -3, 3),
    ONE("softplus", torch::softplus(x), -3, 3),
    ONE("log_sigmoid", torch::log_sigmoid(x), -3, 3),
    ONE("softsign", F::softsign(x), -3, 3),
    ONE("glu", torch::glu(x), -3, 3),
    ONE("softmax", x.softmax(1), -3, 3),
    ONE("sum_0", x.sum(0)),
    ONE("sum_1", x.sum(1)),
    ONE("mean_1", x.mean(1)),
    ONE("prod_0", x.prod(0), 0.9, 1.1),
    ONE("prod_1", x.prod(1), 0.9, 1.1),
    ONE("max_0", x.amax(0)),
    ONE("max_1", x.amax(1)),
    ONE("argmax_0", x.argmax(0)),
    ONE("argmin_1", x.argmin(1)),
    ONE("any_1", x.any(1)),
    ONE("norm_0", x.norm(2, 0)),
    ONE("norm_1", x.norm(2, 1)),
    ONE("logsumexp", x.logsumexp(1)),
    ONE("std", x.std(1)),
    ONE("normalize", F::normalize(x)),
    ONE("cumprod", x.cumprod(-1), 0.9, 1.1),
    ONE("cumsum_0", x.cumsum(0)),
    ONE("median", std::get<0>(x.median(1))),
    ONE("unique", std::get<0>(torch::_unique2(x))),
    ONE("flip", x.flip(0)),
    ONE("roll", x.roll(1, 0)),
    ONE("tril", x.tril()),
    ONE("triu", x.triu()),
    ONE("diagonal", x.diagonal().contiguous()),
    ONE("rot90", x.rot90().contiguous()),
    ONE("pad", F::pad(x, F::PadFuncOptions({1, 1, 1, 1}))),
    ONE("pad_reflect", F::pad(x.unsqueeze(0), F::PadFuncOptions({1, 1, 1, 1}).mode(torch::kReflect))),
    ONE("repeat", x.repeat({2, 2})),
    ONE("repeat_interleave", x.repeat_interleave(2, 1)),
    TWO("concat", torch::cat({x, y}, 1)),
    ONE("split", split(x)[1]),
    TWO("stack", torch::stack({x, y})),
    ONE("unfold", F::unfold(image(x), F::UnfoldFuncOptions(3))),
    ONE("interpolate_nearest", twice_as_large(x, Resize().mode(torch::kNearest))),
    ONE("interpolate_bilinear", twice_as_large(x, Resize().mode(torch::kBilinear).align_corners(false))),
    ONE("cumsum", x.cumsum(-1)),
    ONE("var", x.var(1, false)),
    ONE("sort", std::get<0>(x.sort())),
    ONE("argsort", x.argsort()),
    ONE("topk", std::get<0>(x.topk(5))),
    ONE("nonzero", x.nonzero()),
    ONE("getitem_int", x[3].contiguous()),
    ONE("getitem_slice", x.slice(1, 1, {}, 2).contiguous()),
    CHOSEN("getitem_index", x.index({c.rows(x)})),
    CHOSEN("getitem_mask", x.index({c.mask(x)})),
    WRITE("setitem_int", {3}),
    WRITE("setitem_slice", {Slice(), Slice(1, {}, 2)}),
    WRITE("setitem_index", {c.rows(x)}),
    WRITE("setitem_mask", {c.mask(x)}),
    WRITE("brackets_int", {3}),
    WRITE("brackets_mask", {c.mask(x)}),
    CHOSEN("index_select", x.index_select(1, c.rows(x))),
    CHOSEN("scatter_add", x.scatter_add(1, c.places(x), y)),
    CHOSEN("gather", x.gather(1, c.places(x))),
    CHOSEN("scatter", x.scatter(1, c.places(x), y)),
};

Tensor numbers(const TimedOp& op, int side) {
    return (torch::rand({side, side}) * (op.high - op.low) + op.low).requires_grad_();
}

void time_op(Timer& timer, const TimedOp& op, int side) {
    const Tensor x = numbers(op, side), y = numbers(op, side);
    timer([&] { return op.f(x, y); });
}

}  // namespace

Rows torch_ops() {
    Rows rows;
    for (const TimedOp& op : ops)
        for (const int side : {10, 100, 1000})
            rows.push_back({"ops/" + op.name + "/" + std::to_string(side * side),
                            [op, side](Timer& timer) { time_op(timer, op, side); }});
    return rows;
}
