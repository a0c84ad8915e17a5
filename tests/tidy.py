"""Runs clang-tidy over the sources of the rooms: tidy.py BUILD_FOLDER. A source is read again only after a change.

Ninja knows which headers a source includes; a mark in BUILD_FOLDER/tidy is newer than all of them when it was clean.
"""
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
ROOMS = ["core", "autograd", "nn", "weightnorm"]


def sources(build):
    """Each source of the rooms once, with the object that Ninja makes of it."""
    objects = {}
    for entry in json.loads((build / "compile_commands.json").read_text(encoding="utf-8")):
        file = (build / entry["file"]).resolve()
        if file.is_relative_to(ROOT) and file.relative_to(ROOT).parts[0] in ROOMS:
            objects.setdefault(file, entry["output"])
    return objects


def headers(build):
    """The files of the tree that each object was made of."""
    text = subprocess.run(["ninja", "-C", build, "-t", "deps"], capture_output=True, text=True, check=True).stdout
    made_of = {}
    for block in text.split("\n\n"):
        head, *lines = block.strip().split("\n")
        paths = [(build / line.strip()).resolve() for line in lines]
        made_of[head.split(":")[0]] = [path for path in paths if path.is_relative_to(ROOT)]
    return made_of


def mark_of(build, file):
    return build / "tidy" / file.relative_to(ROOT).with_suffix(".clean")


def stale(mark, files):
    return not mark.exists() or any(not f.exists() or f.stat().st_mtime > mark.stat().st_mtime for f in files)


def tidy(build, file):
    # The folder is that of the header which g++ has compiled, and clang-tidy reads as text.
    extra = [f"--extra-arg={flag}" for flag in ("-Wno-unknown-warning-option", f"-I{ROOT}/core")]
    run = subprocess.run(["clang-tidy", "--quiet", *extra, "-p", build, file], capture_output=True, text=True)
    if run.returncode == 0:
        mark = mark_of(build, file)
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()
    else:
        print(run.stdout or run.stderr, flush=True)
    return run.returncode == 0


def main(build):
    made_of = headers(build)
    objects = sources(build)
    todo = [file for file, output in objects.items()
            if stale(mark_of(build, file), [file, ROOT / ".clang-tidy", *made_of.get(output, [])])]
    print(f"clang-tidy: {len(todo)} of {len(objects)} sources to read", flush=True)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        clean = list(pool.map(lambda file: tidy(build, file), todo))
    sys.exit(not all(clean))


main(pathlib.Path(sys.argv[1]).resolve())
