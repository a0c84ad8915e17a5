"""Prints what doctest and Meson counted in the last run of each build folder: summary.py FOLDER...

The last line adds up: a test case of a doctest suite counts one, so does every other test; a case that several folders
ran counts once, and as failed when it failed in any. No case at all is a failure.
"""
import json
import pathlib
import re
import sys

CASES = re.compile(r"\[doctest\] test cases:\s*\d+ \|\s*(\d+) passed \|\s*(\d+) failed.*")


def tests(folder):
    log = pathlib.Path(folder, "meson-logs", "testlog.json")
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()] if log.exists() else []


def counted(test):
    """(passed, failed) of one Meson test."""
    good = test["result"] in ("OK", "SKIP")
    cases = CASES.search(test.get("stdout", ""))
    passed, failed = (int(cases[1]), int(cases[2])) if cases else (test["result"] == "OK", 0)
    return passed, failed if good else max(failed, 1)


def show(folder):
    for test in tests(folder):
        cases = CASES.search(test.get("stdout", ""))
        if cases:
            print(f"{test['name'].rpartition(':')[2].strip():>12}: {cases[0]}")
    log = pathlib.Path(folder, "meson-logs", "testlog.txt")
    text = log.read_text(encoding="utf-8") if log.exists() else ""
    print(re.sub(r"\n+", "\n", text[text.rfind("\nOk:"):]).strip() if "\nOk:" in text else f"{folder}: no test ran")


def main(folders):
    totals = {}
    for folder in folders:
        print(f"{folder}:")
        show(folder)
        for test in tests(folder):
            passed, failed = counted(test)
            before = totals.get(test["name"], (passed, failed))
            totals[test["name"]] = min(before[0], passed), max(before[1], failed)
    passed = sum(p for p, _ in totals.values())
    failed = sum(f for _, f in totals.values())
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0 or passed == 0)


main(sys.argv[1:])
