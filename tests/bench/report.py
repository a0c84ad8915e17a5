"""Prints what minijt costs beside hand-written limits, libtorch and PyTorch, and which rows are behind; judges nothing.

Every time is the least of many short repetitions in rounds that go from side to side: on a shared machine the minima of one
run agree with those of the next within 3 %, the medians only within 10 %.
"""
import argparse
import contextlib
import os
import re
import resource
import shlex
import subprocess
import sys
from pathlib import Path

import libtorch
import machine
import picture
from sides import Side, measure

HERE = Path(__file__).resolve().parent
COMPILES = 15
SIDES = "limit", "minijt", "libtorch", "PyTorch"
# most times the limit, least times as fast as PyTorch
BUDGETS = {
    "work/chain100x16": (2.0, None),
    "work/chain100x16.scalar_tanh": (1.7, None),
    "work/chain100x16.first_order.scalar_tanh": (1.25, None),
    "work/mlp64-128-10.b32": (1.1, None),
    "work/mlp64-128-10.b32.wn": (1.2, None),
    "work/mlp784-512-10.b128": (1.06, None),
    "work/lenet.b64": (None, 2.5),
    "work/bn_cnn3-32-32-32.b32": (None, 2.0),
    "work/lstm64-128.t32.b16": (None, 1.5),
    "work/gru64-128.t32.b16": (None, 1.5),
    "work/attention4.8x64x64": (None, 3.0),
    "rows/layer_norm.32x64.fb": (None, 1.5),
    "rows/batch_norm.16x8x8x8.fb": (None, 1.5),
    "rows/embedding100x16.64.fb": (None, 1.5),
    "rows/softmax.32x10.fb": (None, 1.5),
}
PANELS = {"trainings, inference and forward passes": r"^(?!ops/)(.*)(?<!\.fb)$",
          "forward and backward": r"^(?!ops/)(.*)\.fb$",
          "ops, 100 numbers": r"^ops/(.*)/100$",
          "ops, 10,000 numbers": r"^ops/(.*)/10000$", "ops, 1,000,000 numbers": r"^ops/(.*)/1000000$"}
TRAININGS = "mlp", "lenet", "bn_cnn", "lstm", "gru", "attention"
NORMED = "work/mlp784-512-10.b128"
MOST_NORMED_OVER_PLAIN = 1.12
MOST_FIRST_OVER_HELLO = 3.5


def commands(args):
    """{side: its command} of the sides that there are."""
    clock = "cpu" if args.threads == 1 else "wall"
    found = {side: [args.bench, side, clock] for side in ("limit", "minijt")}
    program = libtorch.built(args.cxx, Path(args.bench).resolve().parent / "libtorch")
    if program:
        found["libtorch"] = [str(program), clock]
    if libtorch.folder():
        found["PyTorch"] = [sys.executable, str(HERE / "torch_bench.py"), clock]
    return found


def environment(threads):
    names = "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "MINIJT_NUM_THREADS"
    return dict.fromkeys(names, str(threads))


def chosen(patterns, names):
    """The names that a pattern is found in, all of them without one."""
    found = {name for pattern in patterns for name in having(pattern, names)}
    return [name for name in names if name in found or not patterns]


def having(pattern, names):
    with contextlib.suppress(re.error):
        if found := [name for name in names if re.search(pattern, name)]:
            return found
    sys.exit(f"bench: needs a part of a row's name, such as those that --list prints, got '{pattern}'")


def ratio(times, side, of):
    return over(times.get(side), times.get(of))


def remarks(name, times):
    """Who is ahead of minijt, and what budget is missed."""
    most, least = BUDGETS.get(name, (None, None))
    for side in ("libtorch", "PyTorch"):
        if is_behind(times, side):
            yield f"behind {side}"
    if most and (ratio(times, "minijt", "limit") or 0) > most:
        yield f"budget <= {most:.2f} limits"
    if least and (ratio(times, "PyTorch", "minijt") or least) < least:
        yield f"budget >= {least:.1f} x PyTorch"


def is_behind(times, side):
    return (ratio(times, "minijt", side) or 0) > picture.BEHIND


def print_rows(times, threads):
    header = [f"{threads} thread{'s' * (threads > 1)}, us", *SIDES, "minijt/limit", "libtorch/minijt", "PyTorch/minijt", ""]
    print_table([header] + [row(name, t) for name, t in times.items()])


def row(name, times):
    ratios = ratio(times, "minijt", "limit"), ratio(times, "libtorch", "minijt"), ratio(times, "PyTorch", "minijt")
    return [name, *(time_cell(times.get(side)) for side in SIDES), *map(cell, ratios), ", ".join(remarks(name, times))]


def print_behind(times, side):
    both = {name: ratio(t, "minijt", side) for name, t in times.items() if ratio(t, "minijt", side)}
    behind = sorted((name for name in both if is_behind(times[name], side)), key=both.get, reverse=True)
    names = ": " + ", ".join(f"{name} {both[name]:.2f}" for name in behind) if behind else ""
    print(f"{len(behind)} of {len(both)} rows are behind {side} by more than {picture.BEHIND - 1:.0%}{names}")


def over_minijt(times):
    return {side: ratio(times, side, "minijt") for side in picture.COLOURS if ratio(times, side, "minijt")}


def panel(pattern, times):
    found = {match[1]: over_minijt(t) for name, t in times.items() if (match := re.search(pattern, name))}
    return {name.removeprefix("rows/"): ratios for name, ratios in found.items() if ratios}


def write_picture(path, times, title):
    panels = {title: rows for title, pattern in PANELS.items() if (rows := panel(pattern, times))}
    if panels:
        path.write_text(picture.svg(title, panels), encoding="utf-8")
        print(f"wrote {path}")


def print_normed_over_plain(times):
    plain, normed = times[NORMED], times[NORMED + ".wn"]
    ratios = (f"{side} {cell(over(normed.get(side), plain.get(side)))}" for side in SIDES)
    print(f"weight-normed over plain, 784-512-10: {', '.join(ratios)} (minijt's budget <= {MOST_NORMED_OVER_PLAIN})")


def peak_megabytes(process):
    found = re.search(r"VmHWM:\s*(\d+)", Path(f"/proc/{process.pid}/status").read_text())
    return int(found[1]) / 1024


def step_megabytes(name, row, command, env):
    """What a step takes beyond a process of its own that has nothing to do."""
    with Side(name, command, env) as side:
        idle = peak_megabytes(side.process)
        side.microseconds(row)
        return peak_megabytes(side.process) - idle


def print_peaks(rows, found, env):
    sides = [side for side in SIDES[1:] if side in found]
    trainings = [row for row in rows if re.match(rf"work/({'|'.join(TRAININGS)})", row)]
    print_table([["peak memory of a step above idle, MB", *sides]] + [
        [row, *(cell(step_megabytes(side, row, found[side], env), 1) for side in sides)] for row in trainings])


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


def print_table(rows):
    """The first row is the header; the first column, and what has no header, starts on the left."""
    widths = [max(map(len, column)) for column in zip(*rows)]
    places = ["<", *(">" if title else "<" for title in rows[0][1:])]
    for cells in rows:
        print("  ".join(f"{c:{place}{width}}" for c, place, width in zip(cells, places, widths)).rstrip())


def print_compiles(compiler, first):
    if not compiler or not first.exists():
        print("first program over hello world, compiled at -O0: - (needs --compiler and first.cpp)")
        return
    hello, program = run_compiles(compiler, first)
    print(f"first program over hello world, compiled at -O0: {over(program, hello):.2f} = {program:.2f} s / {hello:.2f} s "
          f"(budget <= {MOST_FIRST_OVER_HELLO})")


def at_least_one(word):
    if not word.isdigit() or int(word) < 1:
        raise argparse.ArgumentTypeError(f"needs a whole number above 0, got '{word}'")
    return int(word)


def arguments():
    parser = argparse.ArgumentParser(prog="bench", description=__doc__.splitlines()[0])
    parser.add_argument("bench", help="the program made of bench.cpp and its kin")
    parser.add_argument("rows", nargs="*", metavar="ROW", help="part of rows' names, or a regular expression; without one all")
    parser.add_argument("--threads", type=at_least_one, default=1, help="more than one: time on the wall, not of the processor")
    parser.add_argument("--rounds", type=at_least_one, default=5)
    parser.add_argument("--list", action="store_true", help="print the names of the rows")
    parser.add_argument("--cxx", type=shlex.split, default=["g++"], help="compiles libtorch's side")
    parser.add_argument("--picture", type=Path, help="an SVG to write")
    parser.add_argument("--compiler", type=shlex.split, default=[], help="the compiler and its flags, as one word")
    parser.add_argument("--first", type=Path, default=HERE / "first.cpp")
    return parser.parse_intermixed_args()  # options may stand between ROWs


def names_of_rows(bench):
    with Side("minijt", [bench, "minijt"], {}) as minijt:
        return minijt.rows


def measured(rows, rounds, found, env):
    with contextlib.ExitStack() as stack:
        sides = [stack.enter_context(Side(name, found[name], env)) for name in SIDES if name in found]
        return measure(sides, rows, rounds)


def main():
    args = arguments()
    rows = chosen(args.rows, names_of_rows(args.bench))
    if args.list:
        return print(*rows, sep="\n")
    found, env = commands(args), environment(args.threads)
    watch = machine.Watch()
    times = measured(rows, args.rounds, found, env)
    print_rows(times, args.threads)
    if not args.rows:
        print_normed_over_plain(times)
        print_peaks(times, found, env)
        print_compiles(args.compiler, args.first)
    for side in ("libtorch", "PyTorch"):
        if side in found:
            print_behind(times, side)
    ran_on = f"on {machine.processor()}; {watch.said()}"
    print(ran_on)
    if args.picture:
        write_picture(args.picture, times, f"Time over minijt's, {ran_on}")


if __name__ == "__main__":
    main()
