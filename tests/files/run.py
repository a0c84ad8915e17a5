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


def here(*modules):
    """Whether they can be imported, Jittor only where that is asked for: its first import compiles for minutes."""
    asked = "jittor" not in modules or "MINIJT_JITTOR" in os.environ
    return asked and all(importlib.util.find_spec(module) for module in modules)


def exchange(tests, folder, program, cases, variable):
    """What a library of this machine writes, ours to read; and the other way round."""
    theirs = folder / program
    theirs.mkdir()
    python(HERE / f"{program}_files.py", "write", theirs)
    python(HERE / f"{program}_files.py", "check", folder / "ours")
    return suite(tests, f"--test-case={cases}", **{variable: theirs})


# Who else writes such files: the modules of Python, the cases that read what they write, and the variable that says where.
OTHERS = {
    "numpy": (["numpy"], "we read what NumPy writes*", "MINIJT_NUMPY_FILES"),
    "safetensors": (["numpy", "safetensors"], "we read what Python's*", "MINIJT_SAFETENSORS_FILES"),
    "torch": (["numpy", "safetensors", "torch"], "*PyTorch*", "MINIJT_TORCH_FILES"),
    "jittor": (["numpy", "jittor"], "a net that Jittor*", "MINIJT_JITTOR_FILES"),
}


def main(tests, folder):
    python(MALFORMED / "make.py", folder / "malformed", "--prefixes")
    python(MALFORMED / "check.py", folder / "malformed")
    (folder / "ours").mkdir()
    catalogue = {"MINIJT_MALFORMED": folder / "malformed", "MINIJT_MESSAGES": HERE}
    recorded = {variable: HERE / f"from_{name}" for name, (_, _, variable) in OTHERS.items()}
    failed = suite(tests, MINIJT_OUR_FILES=folder / "ours", MINIJT_TREES=HERE / "trees", **recorded, **catalogue)
    for cases in ("the catalogue*16 MiB", "a save*16 MiB", "a header*16 MiB", "a structure*16 MiB", "a load of many*16 MiB"):
        failed |= suite(tests, f"--test-case={cases}", **catalogue)  # the peak of a process that did nothing else
    for name, (modules, cases, variable) in OTHERS.items():
        if not here(*modules) or (name != "numpy" and not (folder / "ours/tree.npz").exists()):
            print(name, "is not here (Jittor: is not asked for by MINIJT_JITTOR), or minijt has no JSON: its own reading of our files is skipped")
        else:
            failed |= exchange(tests, folder, name, cases, variable)
    sys.exit(failed)


with tempfile.TemporaryDirectory() as name:
    main(sys.argv[1], pathlib.Path(name))
