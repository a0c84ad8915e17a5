"""Says whether a program prints exactly what a file holds: check_output.py EXPECTED PROGRAM [ARGUMENT...]"""
import difflib
import pathlib
import subprocess
import sys


def main(expected, *command):
    wanted = pathlib.Path(expected).read_text(encoding="utf-8")
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    sys.exit("\n".join(difflib.unified_diff(wanted.split("\n"), printed.split("\n"), "wanted", "printed", "", "")) or 0)


main(*sys.argv[1:])
