"""Says whether the suites that Meson runs hold every test case, and each of them at least one."""
import re
import subprocess
import sys


def count(program, *options):
    text = subprocess.run([program, "--count", *options], capture_output=True, text=True, check=True).stdout
    return int(re.search(r"current filters: (\d+)", text)[1])


def main(program, *suites):
    counts = {suite: count(program, "--test-suite=" + suite) for suite in suites}
    everything = count(program)
    print(f"{everything} test cases:", counts)
    empty = [suite for suite, n in counts.items() if n == 0]
    if empty:
        sys.exit(f"no test case in: {' '.join(empty)}")
    if sum(counts.values()) != everything:
        sys.exit(f"{everything - sum(counts.values())} test cases are in no suite that tests/meson.build lists")


main(*sys.argv[1:])
