"""Times the work of bench.cpp in PyTorch on one thread; prints {"name": microseconds} as JSON.

torch_bench.py [NAME...]: names of WORKS, or "ops/NAME/NUMBERS" as in bench_ops.cpp; without a name all of WORKS.
"""
import json
import math
import os
import re
import sys
import time
import warnings
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

import torch_layers

LEARNING_RATE = 0.01
WINDOW = 0.02  # seconds per repetition, as in report.py
REPETITIONS = 30
OP_WINDOW = 0.002
OP_REPETITIONS = 10


def seconds_each(step, count):
    """CPU seconds: on a shared machine the clock also counts the time of others."""
    start = time.process_time_ns()
    for _ in range(count):
        step()
    return (time.process_time_ns() - start) / count / 1e9


def microseconds(step, window=WINDOW, repetitions=REPETITIONS):
    """The best of several short repetitions; the smallest time is the steadiest on a noisy machine."""
    count = max(1, int(window / min(seconds_each(step, 3) for _ in range(3))))
    return 1e6 * min(seconds_each(step, count) for _ in range(repetitions))


def chain():
    x = torch.linspace(-1, 1, 16, requires_grad=True)

    def step():
        y = x
        for _ in range(50):
            y = torch.tanh(y) * 1.01
        y.sum().backward()
        x.grad = None

    return step


def with_sgd(net):
    optimizer = torch.optim.SGD(net.parameters(), lr=LEARNING_RATE)

    def update():
        optimizer.step()
        optimizer.zero_grad()

    return update


def with_plain_loop(net):
    parameters = list(net.parameters())

    @torch.no_grad()
    def update():
        for p in parameters:
            p -= LEARNING_RATE * p.grad
            p.grad = None

    return update


def train(net, x, classes, make_update):
    labels = torch.arange(len(net(x))) % classes
    update = make_update(net)

    def step():
        F.cross_entropy(net(x), labels).backward()
        update()

    return step


def mlp(inputs, hidden, classes, batch, norm=lambda layer: layer):
    net = nn.Sequential(norm(nn.Linear(inputs, hidden)), nn.ReLU(), norm(nn.Linear(hidden, classes)))
    x = torch.rand(batch, inputs) * 2 - 1
    return [train(net, x, classes, update) for update in (with_sgd, with_plain_loop)]


def normed_mlp(*sizes):
    norms = nn.utils.weight_norm, nn.utils.parametrizations.weight_norm
    return [step for norm in norms for step in mlp(*sizes, norm)]


def lenet(batch):
    net = nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))
    x = torch.rand(batch, 1, 28, 28) * 2 - 1
    return [train(net, x, 10, update) for update in (with_sgd, with_plain_loop)]


def trainings(make):
    net, x = make()
    return [train(net, x, 10, update) for update in (with_sgd, with_plain_loop)]


def updates(make):
    """Updates alone of a million parameters, in each of the ways that a PyTorch has."""
    steps = []
    for way in ({"foreach": False}, {"foreach": True}, {"fused": True}):
        p = (torch.rand(1_000_000) * 2 - 1).requires_grad_()
        p.grad = 2 * p.detach()
        try:
            steps.append(make([p], **way).step)
        except (RuntimeError, TypeError):
            continue
    return steps


# Several ways to write one work: the fastest counts.
WORKS = {
    "idle": lambda: [lambda: None],
    "chain": lambda: [chain()],
    "mlp_small": lambda: mlp(64, 128, 10, 32),
    "mlp_small_wn": lambda: normed_mlp(64, 128, 10, 32),
    "mlp_big": lambda: mlp(784, 512, 10, 128),
    "mlp_big_wn": lambda: normed_mlp(784, 512, 10, 128),
    "lenet": lambda: lenet(64),
    "rmsprop": lambda: updates(lambda p, **way: torch.optim.RMSprop(p, lr=1e-4, **way)),
    "adamw": lambda: updates(lambda p, **way: torch.optim.AdamW(p, lr=1e-4, **way)),
    **{name: lambda make=make: trainings(make) for name, make in torch_layers.NETS.items()},
    **{name: lambda make=make: [make()] for name, make in torch_layers.LAYERS.items()},
}


ROWS = Path(__file__).resolve().parent.parent / "autograd"
ROW = re.compile(r"^(UNARY|BINARY)\((\w+), .*, (-?[\d.]+), (-?[\d.]+), \w+\)$", re.M)


def rows():
    """{name: (how many Vars it takes, its lowest number, its highest)} as the tables of the tests say."""
    text = "".join((ROWS / f"{kind}_rows.def").read_text() for kind in ("unary", "binary"))
    return {name: (1 + (kind == "BINARY"), float(low), float(high)) for kind, name, low, high in ROW.findall(text)}


OTHER_RANGES = {"relu6": (-3, 9)} | dict.fromkeys(("cumprod", "prod_0", "prod_1"), (0.9, 1.1)) | dict.fromkeys(
    ("leaky_relu", "elu", "hardtanh", "gelu", "silu", "mish", "softplus", "log_sigmoid", "softsign", "glu", "softmax"),
    (-3, 3))
# Ops of square matrices that are neither torch.NAME(x) nor torch.NAME(x, y).
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
    "rot90": lambda x, y, index: torch.rot90(x),
    "pad": lambda x, y, index: F.pad(x, (1, 1, 1, 1)),
    "pad_reflect": lambda x, y, index: F.pad(x[None], (1, 1, 1, 1), mode="reflect"),
    "repeat": lambda x, y, index: x.repeat(2, 2),
    "repeat_interleave": lambda x, y, index: x.repeat_interleave(2, 1),
    "concat": lambda x, y, index: torch.cat([x, y], 1),
    "split": lambda x, y, index: x.split(5, 1)[1],
    "stack": lambda x, y, index: torch.stack([x, y]),
    "unfold": lambda x, y, index: F.unfold(x[None, None], 3),
    "interpolate_nearest": lambda x, y, index: F.interpolate(x[None, None], scale_factor=2),
    "interpolate_bilinear": lambda x, y, index: F.interpolate(x[None, None], scale_factor=2, mode="bilinear"),
    "cumsum": lambda x, y, index: x.cumsum(-1),
    "var": lambda x, y, index: x.var(1, unbiased=False),
    "topk": lambda x, y, index: x.topk(5),
    "scatter_add": lambda x, y, index: x.scatter_add(1, index, y),
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


def read(x, places):
    return lambda: x[places]


def write(x, places):
    x = x.detach()

    def f():
        x[places] = 0.5
    return f


def op(name, numbers):
    side = math.isqrt(numbers)
    operands, low, high = rows().get(name, (1, *OTHER_RANGES.get(name, (0.1, 3.1))))
    x, y = ((torch.rand(side, side) * (high - low) + low).requires_grad_() for _ in range(2))
    index = torch.randint(0, side, (side, side))
    if kind := re.fullmatch(r"(getitem|setitem|brackets)_(\w+)", name):
        return (read if kind[1] == "getitem" else write)(x, PLACES[kind[2]](x))
    if name == "index_select":
        places = PLACES["index"](x)
        return lambda: x.index_select(1, places)
    if name in OPS:
        return lambda: OPS[name](x, y, index)
    f = getattr(torch, name)
    return (lambda: f(x, y)) if operands == 2 else lambda: f(x)


def time_of(name):
    if name.startswith("ops/"):
        _, which, numbers = name.split("/")
        return microseconds(op(which, int(numbers)), OP_WINDOW, OP_REPETITIONS)
    return min(map(microseconds, WORKS[name]()))


def main():
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    print(json.dumps({name: time_of(name) for name in sys.argv[1:] or WORKS}))
    if "BENCH_PEAK" in os.environ:
        print(re.search(r"VmHWM:.*", Path("/proc/self/status").read_text())[0], file=sys.stderr)


if __name__ == "__main__":
    main()
