"""Runs the tests against each wrong rule: run.py PROGRAM. Those that no test sees must be listed in survivors.txt.

PROGRAM is the doctest executable of mutate.py's sources; mutants.json beside it says what its numbers do. Each test case
runs alone once, to learn which mutants it comes by; then each mutant faces those test cases, the quickest first, until
one fails, crashes, or takes ten times as long as it should.
"""
import collections
import concurrent.futures
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

SURVIVORS = pathlib.Path(__file__).resolve().parent / "survivors.txt"
SUITE = "--test-suite=autograd"
MEMORY = 4 << 30
WORKERS = 2


def limit():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def passes(program, case, seconds, **env):
    name = case.replace("\\", "\\\\").replace(",", "\\,")
    command = [program, SUITE, f"--test-case={name}", "--abort-after=1"]
    try:
        done = subprocess.run(command, env={**os.environ, "OPENBLAS_NUM_THREADS": "1", **env}, timeout=seconds,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=limit)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def test_cases(program):
    text = subprocess.run([program, SUITE, "--list-test-cases"], capture_output=True, text=True, check=True).stdout
    return [line for line in text.splitlines() if not line.startswith(("[doctest]", "===="))]


def reached(program, case, folder):
    """The numbers that a test case comes by, and its time."""
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        start = time.monotonic()
        if not passes(program, case, 300, MINIJT_REACHED=file.name):
            sys.exit(f"fails without any mutant: {case}")
        return [int(line) for line in file], time.monotonic() - start


def tests_of(program, pool):
    """For each number the test cases that come by it, with their times, the quickest first."""
    tests = collections.defaultdict(list)
    cases = test_cases(program)
    with tempfile.TemporaryDirectory() as folder:
        for case, (numbers, seconds) in zip(cases, pool.map(lambda case: reached(program, case, folder), cases)):
            for number in numbers:
                tests[number].append((seconds, case))
    return {number: sorted(found) for number, found in tests.items()}


def killed(program, number, tests):
    return not all(passes(program, case, 5 + 10 * seconds, MINIJT_MUTANT=str(number)) for seconds, case in tests)


def accepted():
    """{(file, line, what): reason} of survivors.txt: blocks of `file: line` with lines of `what: reason` below."""
    reasons = {}
    for text in SURVIVORS.read_text(encoding="utf-8").splitlines():
        if text.startswith("    "):
            what, reason = text.strip().split(": ", 1)
            reasons[(*place, what)] = reason
        elif text and not text.startswith("#"):
            place = text.split(": ", 1)
    return reasons


def key(mutant):
    return mutant["file"], mutant["line"], mutant["what"]


def report(mutants, survivors, tests):
    reasons = accepted()
    living = {key(mutants[number - 1]) for number in survivors}
    unseen = [number for number in survivors if key(mutants[number - 1]) not in reasons]
    for number in unseen:
        m = mutants[number - 1]
        seen = "" if number in tests else " (no test comes by)"
        print(f"survives{seen}: autograd/ops/{m['file']}:{m['number']}: {m['line']}\n    {m['what']}")
    dead = [entry for entry in reasons if entry not in living]
    for entry in dead:
        print("listed in survivors.txt, but killed or gone: {}: {}\n    {}".format(*entry))
    print(f"{len(mutants)} mutants: {len(mutants) - len(survivors)} killed, {len(survivors) - len(unseen)} survive "
          f"with a reason, {len(unseen)} without")
    return bool(unseen or dead)


def main(program):
    start = time.monotonic()
    mutants = json.loads((program.parent / "mutants.json").read_text(encoding="utf-8"))
    survivors = []
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        tests = tests_of(program, pool)
        numbers = range(1, len(mutants) + 1)
        for number, dead in zip(numbers, pool.map(lambda k: killed(program, k, tests.get(k, [])), numbers)):
            survivors += [] if dead else [number]
            if number % 25 == 0:
                print(f"{number} of {len(mutants)}, {len(survivors)} survive, {time.monotonic() - start:.0f} s", flush=True)
    failed = report(mutants, survivors, tests)
    print(f"took {(time.monotonic() - start) / 60:.1f} minutes")
    sys.exit(failed)


main(pathlib.Path(sys.argv[1]).resolve())
