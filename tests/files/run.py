"""Runs the suite "files" with all that it asks for: the catalogue of malformed files, NumPy's files, a place for ours.

    run.py TESTS      TESTS is the doctest executable
"""
import importlib.util
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
MALFORMED = HERE.parent / "malformed"


def python(*args):
    subprocess.run([sys.executable, *map(str, args)], check=True)


def suite(tests, *options, **env):
    env = {**os.environ, **{key: str(value) for key, value in env.items()}}
    return subprocess.run([tests, "--test-suite=files", *options], env=env).returncode


def with_numpy(tests, folder):
    """What the NumPy of this machine writes, ours to read; and the other way round."""
    (folder / "numpy").mkdir()
    python(HERE / "numpy_files.py", "write", folder / "numpy")
    python(HERE / "numpy_files.py", "check", folder / "ours")
    return suite(tests, "--test-case=we read what NumPy writes*", MINIJT_NUMPY_FILES=folder / "numpy")


def main(tests, folder):
    python(MALFORMED / "make.py", folder / "malformed", "--prefixes")
    python(MALFORMED / "check.py", folder / "malformed")
    (folder / "ours").mkdir()
    catalogue = {"MINIJT_MALFORMED": folder / "malformed", "MINIJT_MESSAGES": HERE}
    failed = suite(tests, MINIJT_NUMPY_FILES=HERE / "from_numpy", MINIJT_OUR_FILES=folder / "ours", **catalogue)
    failed |= suite(tests, "--test-case=*16 MiB", **catalogue)  # the peak of a process that did nothing else
    if importlib.util.find_spec("numpy"):
        failed |= with_numpy(tests, folder)
    else:
        print("NumPy is not here: its own reading of our files is skipped")
    sys.exit(failed)


with tempfile.TemporaryDirectory() as name:
    main(sys.argv[1], pathlib.Path(name))
