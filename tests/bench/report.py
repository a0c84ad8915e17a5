"""Prints what minijt costs beside the hand-written limit and PyTorch, and each op beside a plain loop; judges nothing.

report.py BENCH [--compiler "c++ -std=c++20 -I..."] [--first first.cpp]

BENCH is the program made of bench.cpp and its kin. Every figure is the smallest CPU time of many short repetitions in random order:
on a shared machine the minima of one run agree with those of the next within 3 %, the medians only within 10 %.
"""
import argparse
import importlib.util
import json
import os
import re
import resource
import shlex
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPETITIONS = 200
WINDOW = 0.004  # seconds per repetition
OP_REPETITIONS = 20
OP_WINDOW = 0.001
OP_NUMBERS = "100", "10000", "1000000"
COMPILES = 15
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

# name, description, most times the limit, least times as fast as PyTorch
WORKS = [
    ("chain", "100 ops on 16 numbers", 2.0, None),
    ("chain_scalar", "  against a limit without vector tanh", 2.0, None),
    ("mlp_small", "MLP 64-128-10, batch 32", 1.1, None),
    ("mlp_small_wn", "  weight-normed", 1.2, None),
    ("mlp_big", "MLP 784-512-10, batch 128", 1.06, None),
    ("mlp_big_wn", "  weight-normed", None, None),
    ("lenet", "LeNet, batch 64", None, 2.5),
    ("bn_cnn", "BatchNorm CNN 3-32-32-32, 16x16, batch 32", None, 2.0),
    ("lstm", "LSTM 64-128, 32 steps, batch 16", None, 1.5),
    ("gru", "GRU 64-128, 32 steps, batch 16", None, 1.5),
    ("attention", "x + attention of 4 heads, 8x64x64, LayerNorm", None, 3.0),
    ("layer_norm_toy", "LayerNorm 32x64, forward and backward", None, 1.5),
    ("layer_norm", "  2048x512", None, 1.0),
    ("batch_norm_toy", "BatchNorm 16x8x8x8, forward and backward", None, 1.5),
    ("batch_norm", "  64x32x28x28", None, 1.0),
    ("embedding_toy", "Embedding 100x16, 64 read, forward and backward", None, 1.5),
    ("embedding", "  10,000x256, 4,096 read", None, 1.0),
    ("softmax_toy", "softmax 32x10, forward and backward", None, 1.5),
    ("softmax", "  1024x1000", None, 1.0),
    ("rmsprop", "RMSprop, 1,000,000 parameters", None, 1.0),
    ("adamw", "AdamW, 1,000,000 parameters", None, 1.0),
]
TRAININGS = {"mlp_small", "mlp_small_wn", "mlp_big", "mlp_big_wn", "lenet", "bn_cnn", "lstm", "gru", "attention"}
SAME_WORK = {"chain_scalar": "chain"}  # minijt and PyTorch have one way only
MOST_NORMED_OVER_PLAIN = 1.12
MOST_FIRST_OVER_HELLO = 3.5


def output_of(command):
    return subprocess.run(command, env=os.environ | ONE_THREAD, stdout=subprocess.PIPE, check=True, text=True).stdout


def run_bench(program, which, repetitions, window):
    """{"limit/chain": microseconds, ...} of the benchmarks that a pattern names."""
    runs = json.loads(output_of([
        program, "--benchmark_format=json", "--benchmark_enable_random_interleaving=true", f"--benchmark_filter={which}",
        f"--benchmark_repetitions={repetitions}", f"--benchmark_min_time={window}"]))["benchmarks"]
    times = {}
    for run in runs:
        if run["run_type"] == "iteration" and not run.get("error_occurred"):
            times.setdefault(run["run_name"], []).append(in_microseconds(run))
    return {name: min(all_times) for name, all_times in times.items()}


def in_microseconds(run):
    return run["cpu_time"] * {"ns": 1e-3, "us": 1, "ms": 1e3, "s": 1e6}[run["time_unit"]]


def run_torch(*names):
    if importlib.util.find_spec("torch") is None:
        return {}
    try:
        return json.loads(output_of([sys.executable, str(HERE / "torch_bench.py"), *names]))
    except subprocess.CalledProcessError:
        return {}


def peak_megabytes(command):
    """Of a process of its own, which prints it."""
    run = subprocess.run(command, env=os.environ | ONE_THREAD | {"BENCH_PEAK": "1"}, capture_output=True, text=True)
    found = re.search(r"VmHWM:\s*(\d+)", run.stderr)
    return found and int(found[1]) / 1024


def print_peaks(program, has_torch):
    """What trainings need beyond a program that has nothing to do."""
    bench = lambda which: [program, f"--benchmark_filter=^{which}$", "--benchmark_min_time=0.01"]
    torch = lambda which: [sys.executable, str(HERE / "torch_bench.py"), which]
    idle, torch_idle = peak_megabytes(bench("limit/chain")), has_torch and peak_megabytes(torch("idle"))
    rows = []
    for name, title, *_ in (work for work in WORKS if work[0] in TRAININGS):
        own = peak_megabytes(bench(f"minijt/{name}")) - idle
        other = peak_megabytes(torch(name)) - torch_idle if has_torch else None
        rows.append([title, cell(own, 1), cell(other, 1)])
    print_table([["peak memory of a step above idle, MB", "minijt", "PyTorch"]] + rows)


def compile_seconds(compiler, source):
    """CPU seconds of one compilation at -O0, the compiler's own processes included."""
    before = children_seconds()
    subprocess.run([*compiler, "-O0", "-c", str(source), "-o", os.devnull], check=True)
    return children_seconds() - before


def children_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run_compiles(compiler, first):
    """The smallest CPU seconds of (hello.cpp, the first program), taken in turn."""
    pairs = [(compile_seconds(compiler, HERE / "hello.cpp"), compile_seconds(compiler, first)) for _ in range(COMPILES)]
    return tuple(map(min, zip(*pairs)))


def over(a, b):
    return a / b if a and b else None


def cell(value, digits=2):
    return "-" if value is None else f"{value:,.{digits}f}"


def time_cell(value):
    return cell(value, 2 if value and value < 100 else 0)


def budget_cell(most, least):
    if most:
        return f"<= {most:.2f}"
    return f">= {least:.1f} x PyTorch" if least else "-"


def row(work, times, torch):
    name, title, most, least = work
    twin = SAME_WORK.get(name, name)
    limit, minijt, other = times.get(f"limit/{name}"), times.get(f"minijt/{twin}"), torch.get(twin)
    return [title, time_cell(limit), time_cell(minijt), cell(over(minijt, limit)), budget_cell(most, least),
            time_cell(other), cell(over(other, minijt)), cell(over(other, limit))]


def print_table(rows):
    widths = [max(map(len, column)) for column in zip(*rows)]
    for cells in rows:
        print("  ".join(c.rjust(w) if i else c.ljust(w) for i, (c, w) in enumerate(zip(cells, widths))).rstrip())


def print_normed_over_plain(times, torch):
    both = {"limit": times, "minijt": times, "PyTorch": torch}
    prefix = {"limit": "limit/", "minijt": "minijt/", "PyTorch": ""}
    ratios = (f"{who} {cell(over(t.get(prefix[who] + 'mlp_big_wn'), t.get(prefix[who] + 'mlp_big')))}"
              for who, t in both.items())
    print(f"weight-normed over plain, 784-512-10: {', '.join(ratios)} (minijt's budget <= {MOST_NORMED_OVER_PLAIN})")


def op_row(name, times, torch):
    cells = ([times.get(f"ops/{name}/{n}/minijt"), times.get(f"ops/{name}/{n}/loop"), torch.get(f"ops/{name}/{n}")]
             for n in OP_NUMBERS)
    return [name] + [cell(value) for three in cells for value in three]


def print_ops(program):
    times = run_bench(program, "^ops/", OP_REPETITIONS, OP_WINDOW)
    torch = run_torch(*(name.removesuffix("/minijt") for name in times if name.endswith("/minijt")))
    header = ["forward alone, us"] + [f"{who} {int(n):,}" for n in OP_NUMBERS for who in ("minijt", "loop", "PyTorch")]
    print_table([header] + [op_row(name, times, torch) for name in sorted({key.split("/")[1] for key in times})])


def print_compiles(compiler, first):
    if not compiler or not first.exists():
        print("first program over hello world, compiled at -O0: - (needs --compiler and first.cpp)")
        return
    hello, program = run_compiles(compiler, first)
    print(f"first program over hello world, compiled at -O0: {over(program, hello):.2f} = {program:.2f} s / {hello:.2f} s "
          f"(budget <= {MOST_FIRST_OVER_HELLO})")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bench")
    parser.add_argument("--compiler", type=shlex.split, default=[], help="the compiler and its flags, as one word")
    parser.add_argument("--first", type=Path, default=HERE / "first.cpp")
    return parser.parse_args()


def main():
    args = arguments()
    times, torch = run_bench(args.bench, "-^ops/", REPETITIONS, WINDOW), run_torch()
    header = ["one thread, us", "limit", "minijt", "minijt/limit", "budget", "PyTorch", "PyTorch/minijt", "PyTorch/limit"]
    print_table([header] + [row(work, times, torch) for work in WORKS])
    print_normed_over_plain(times, torch)
    print_peaks(args.bench, bool(torch))
    print_compiles(args.compiler, args.first)
    print_ops(args.bench)


if __name__ == "__main__":
    main()
