"""PyTorch's side of minijt_ops.cpp: each op alone, recorded but not differentiated. Views are made contiguous: minijt copies."""
import re
from functools import partial
from pathlib import Path

import torch
from torch.nn import functional as F

TABLES = Path(__file__).resolve().parent.parent / "autograd"
FUNCTION = re.compile(r"^(UNARY|BINARY)\((\w+), .*, (-?[\d.]+), (-?[\d.]+), \w+\)$", re.M)


def functions():
    """{name: (how many Vars it takes, its lowest number, its highest)} as the tables of the tests say."""
    text = "".join((TABLES / f"{kind}_rows.def").read_text() for kind in ("unary", "binary"))
    return {name: (1 + (kind == "BINARY"), float(low), float(high)) for kind, name, low, high in FUNCTION.findall(text)}


FUNCTIONS = functions()
OTHER_RANGES = {"relu6": (-3, 9)} | dict.fromkeys(("cumprod", "prod_0", "prod_1"), (0.9, 1.1)) | dict.fromkeys(
    ("leaky_relu", "elu", "hardtanh", "gelu", "silu", "mish", "softplus", "log_sigmoid", "softsign", "glu", "softmax"),
    (-3, 3))
# Ops of square matrices, and what of FUNCTIONS is neither torch.NAME(x) nor torch.NAME(x, y).
OPS = {
    "equal": lambda x, y, index: torch.eq(x, y),
    "rint": lambda x, y, index: x.round(),
    "cbrt": lambda x, y, index: x.pow(1 / 3),
    "floor_int": lambda x, y, index: x.floor().int(),
    "ceil_int": lambda x, y, index: x.ceil().int(),
    "round_int": lambda x, y, index: x.round().int(),
    "mod": lambda x, y, index: x % y,
    "floor_divide": lambda x, y, index: torch.div(x, y, rounding_mode="trunc").int(),
    "sqr": lambda x, y, index: x * x,
    "clamp": lambda x, y, index: x.clamp(0.5, 2),
    "lerp": lambda x, y, index: x.lerp(y, 0.3),
    "where": lambda x, y, index: torch.where(x > y, x, y),
    "masked_fill": lambda x, y, index: x.masked_fill(y > 1, 0),
    "add_row": lambda x, y, index: x + y[0],
    "mul_column": lambda x, y, index: x * y[:, :1],
    "leaky_relu": lambda x, y, index: F.leaky_relu(x),
    "elu": lambda x, y, index: F.elu(x),
    "relu6": lambda x, y, index: F.relu6(x),
    "hardtanh": lambda x, y, index: F.hardtanh(x),
    "gelu": lambda x, y, index: F.gelu(x),
    "silu": lambda x, y, index: F.silu(x),
    "mish": lambda x, y, index: F.mish(x),
    "softplus": lambda x, y, index: F.softplus(x),
    "log_sigmoid": lambda x, y, index: F.logsigmoid(x),
    "softsign": lambda x, y, index: F.softsign(x),
    "glu": lambda x, y, index: F.glu(x),
    "softmax": lambda x, y, index: x.softmax(1),
    "sum_0": lambda x, y, index: x.sum(0),
    "sum_1": lambda x, y, index: x.sum(1),
    "mean_1": lambda x, y, index: x.mean(1),
    "prod_0": lambda x, y, index: x.prod(0),
    "prod_1": lambda x, y, index: x.prod(1),
    "max_0": lambda x, y, index: x.amax(0),
    "max_1": lambda x, y, index: x.amax(1),
    "argmax_0": lambda x, y, index: x.argmax(0),
    "argmin_1": lambda x, y, index: x.argmin(1),
    "any_1": lambda x, y, index: x.any(1),
    "norm_0": lambda x, y, index: x.norm(2, 0),
    "norm_1": lambda x, y, index: x.norm(2, 1),
    "logsumexp": lambda x, y, index: x.logsumexp(1),
    "std": lambda x, y, index: x.std(1),
    "normalize": lambda x, y, index: F.normalize(x),
    "cumprod": lambda x, y, index: x.cumprod(-1),
    "cumsum_0": lambda x, y, index: x.cumsum(0),
    "median": lambda x, y, index: x.median(1),
    "unique": lambda x, y, index: torch.unique(x),
    "flip": lambda x, y, index: x.flip(0),
    "roll": lambda x, y, index: x.roll(1, 0),
    "rot90": lambda x, y, index: torch.rot90(x).contiguous(),
    "pad": lambda x, y, index: F.pad(x, (1, 1, 1, 1)),
    "pad_reflect": lambda x, y, index: F.pad(x[None], (1, 1, 1, 1), mode="reflect"),
    "repeat": lambda x, y, index: x.repeat(2, 2),
    "repeat_interleave": lambda x, y, index: x.repeat_interleave(2, 1),
    "concat": lambda x, y, index: torch.cat([x, y], 1),
    "split": lambda x, y, index: [part.contiguous() for part in x.split(5, 1)][1],
    "stack": lambda x, y, index: torch.stack([x, y]),
    "unfold": lambda x, y, index: F.unfold(x[None, None], 3),
    "interpolate_nearest": lambda x, y, index: F.interpolate(x[None, None], scale_factor=2),
    "interpolate_bilinear": lambda x, y, index: F.interpolate(x[None, None], scale_factor=2, mode="bilinear"),
    "cumsum": lambda x, y, index: x.cumsum(-1),
    "var": lambda x, y, index: x.var(1, unbiased=False),
    "topk": lambda x, y, index: x.topk(5),
    "scatter_add": lambda x, y, index: x.scatter_add(1, index, y),
    "tril": lambda x, y, index: x.tril(),
    "triu": lambda x, y, index: x.triu(),
    "diagonal": lambda x, y, index: x.diagonal().contiguous(),
    "sort": lambda x, y, index: x.sort(),
    "argsort": lambda x, y, index: x.argsort(),
    "nonzero": lambda x, y, index: x.nonzero(),
    "gather": lambda x, y, index: x.gather(1, index),
    "scatter": lambda x, y, index: x.scatter(1, index, y),
}
# What x[...] is read or written by.
PLACES = {
    "int": lambda x: 3,
    "slice": lambda x: (slice(None), slice(1, None, 2)),
    "index": lambda x: torch.randint(0, len(x), (len(x),)),
    "mask": lambda x: x > 1.6,
}


def read(x, kind):
    places = PLACES[kind](x)
    return (lambda: x[places].contiguous()) if kind in ("int", "slice") else lambda: x[places]


def write(x, places):
    x = x.detach()

    def f():
        x[places] = 0.5
    return f


def indexing(x):
    """{name: function of nothing}."""
    reads = {f"getitem_{kind}": read(x, kind) for kind in PLACES}
    writes = {f"{way}_{kind}": write(x, places(x)) for way in ("setitem", "brackets") for kind, places in PLACES.items()}
    index = PLACES["index"](x)
    return reads | writes | {"index_select": lambda: x.index_select(1, index)}


def op(name, side):
    operands, low, high = FUNCTIONS.get(name, (1, *OTHER_RANGES.get(name, (0.1, 3.1))))
    x, y = ((torch.rand(side, side) * (high - low) + low).requires_grad_() for _ in range(2))
    index = torch.randint(0, side, (side, side))
    if name in OPS:
        return lambda: OPS[name](x, y, index)
    if name in FUNCTIONS:
        f = getattr(torch, name)
        return (lambda: f(x, y)) if operands == 2 else lambda: f(x)
    return indexing(x)[name]


def rows():
    """{name: what makes its step}."""
    names = [*FUNCTIONS, *(name for name in OPS if name not in FUNCTIONS), *indexing(torch.rand(4, 4))]
    return {f"ops/{name}/{side * side}": partial(op, name, side) for name in names for side in (10, 100, 1000)}
