"""The programs that are measured, each a process that is asked for one row after another."""
import os
import subprocess
import sys
import time

MOST_SECONDS = 20  # for a row on all sides: what took longer is not measured in further rounds


class Side:
    """One of limit, minijt, libtorch and PyTorch: prints its rows' names, then answers a name by microseconds."""

    def __init__(self, name, command, environment):
        self.name = name
        self.process = subprocess.Popen(command, env=os.environ | environment, text=True, bufsize=1,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.rows = list(iter(lambda: self.process.stdout.readline().rstrip("\n"), ""))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()

    def microseconds(self, row):
        self.process.stdin.write(row + "\n")
        answer = self.process.stdout.readline()
        if not answer:
            sys.exit(f"bench: {self.name} ended at {row}, exit code {self.process.wait()}")
        return float(answer)


def tell(text):
    """On a terminal one line says how far it is."""
    if sys.stderr.isatty():
        print(f"\r{text:79.79}", end="" if text else "\r", file=sys.stderr, flush=True)


def measure(sides, rows, rounds):
    """{row: {side: least microseconds}}; in each round a row goes from side to side."""
    times, spent = {row: {} for row in rows}, dict.fromkeys(rows, 0)
    for k in range(rounds):
        for place, row in enumerate(rows):
            tell(f"round {k + 1} of {rounds}, row {place + 1} of {len(rows)}: {row}")
            start = time.monotonic()
            if spent[row] < MOST_SECONDS:
                ask_each(sides, row, times[row])
            spent[row] += time.monotonic() - start
    tell("")
    return times


def ask_each(sides, row, least):
    for side in sides:
        if row in side.rows:
            least[side.name] = min(side.microseconds(row), least.get(side.name, float("inf")))
