"""PyTorch's side of the benchmark: torch_bench.py [cpu|wall]

Prints the names of its rows and an empty line; then for each name that it reads the microseconds of its step.
"""
import re
import sys
import time
import warnings
from functools import partial
from pathlib import Path

import torch

import torch_ops
import torch_rows

TABLE = Path(__file__).resolve().parent / "rows.def"
LINE = re.compile(r'^(STEP|ROW)\((?:(\w+), )?(\w+), "(.*)", (.*)\)$', re.M)
CLOCKS = {"cpu": time.process_time_ns, "wall": time.monotonic_ns}


class Timer:
    """As that of rows.hpp."""
    LONG_STEP, WARM_UP, REPETITION, WINDOW = 1, 0.004, 0.002, 0.02  # seconds

    def __init__(self, now):
        self.now, self.least = now, float("inf")

    def __call__(self, step):
        spent = each = self.seconds(step, 1)
        if each > self.LONG_STEP:
            return self.keep_least(each)
        count = 1
        while spent < self.WARM_UP:
            some = self.seconds(step, count)
            spent, each, count = spent + some, some / count, 2 * count
        self.repeat(step, max(1, int(self.REPETITION / each)))

    def repeat(self, step, count):
        spent = 0
        while spent < self.WINDOW:
            some = self.seconds(step, count)
            spent += some
            self.keep_least(some / count)

    def seconds(self, step, count):
        start = self.now()
        for _ in range(count):
            step()
        return (self.now() - start) / 1e9

    def keep_least(self, seconds):
        self.least = min(self.least, seconds)


def numbers(text):
    return [{"true": True, "false": False}.get(word) if word.isalpha() else int(word) for word in text.split(", ")]


def run_step(function, sizes, timer):
    function(timer, *sizes)


def run_pass(time_pass, function, sizes, timer):
    time_pass(timer, function(*sizes))


def passes(which):
    if which in ("forward", "both"):
        yield "", torch_rows.time_forward
    if which in ("backward", "both"):
        yield ".fb", torch_rows.time_backward


def rows():
    """{name: a function that times it}."""
    found = {}
    for kind, which, name_of_function, name, sizes in LINE.findall(TABLE.read_text()):
        function, sizes = getattr(torch_rows, name_of_function), numbers(sizes)
        if kind == "STEP":
            found[name] = partial(run_step, function, sizes)
        for ending, time_pass in passes(which):
            found[name + ending] = partial(run_pass, time_pass, function, sizes)
    return found | {name: partial(run_op, op) for name, op in torch_ops.rows().items()}


def run_op(make, timer):
    timer(make())


def microseconds(run, clock):
    timer = Timer(CLOCKS[clock])
    run(timer)
    return 1e6 * timer.least


def main():
    clock = sys.argv[1] if len(sys.argv) > 1 else "cpu"
    warnings.simplefilter("ignore")
    torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1).step()  # loads for seconds what optimizers need
    all_rows = rows()
    print(*all_rows, "", sep="\n", flush=True)
    for line in sys.stdin:
        print(microseconds(all_rows[line.rstrip("\n")], clock), flush=True)


if __name__ == "__main__":
    main()
