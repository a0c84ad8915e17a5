"""Writes the arrays of pattern.hpp as Python's safetensors does, and says whether it and NumPy read minijt's files.

    safetensors_files.py write FOLDER
    safetensors_files.py check FOLDER
"""
import json
import pathlib
import sys

import numpy
from numpy_files import patterns, same
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

# The tree that minijt saves: what stands in its entry, and the arrays by name.
STRUCTURE = {"dict": {
    "model": {"dict": {"fc.weight": {"array": "model.fc.weight"}}},
    "epoch": 3,
    "lrs": [0.5, {"float": "nan"}],
    "name": "\u00e4\n",
    "none": None,
}}
WEIGHT = numpy.array([[1, 2, 3], [4, 5, 6]], numpy.float32)


def write(folder):
    save_file(patterns(), folder / "patterns.safetensors", metadata={"format": "np"})


def check_tree(arrays, structure):
    assert list(arrays) == ["model.fc.weight"] and same(arrays["model.fc.weight"], WEIGHT)
    assert json.loads(structure) == STRUCTURE


def check(folder):
    arrays, expected = load_file(folder / "patterns.safetensors"), patterns()
    assert arrays.keys() == expected.keys()
    assert all(same(arrays[key], x) for key, x in expected.items())
    with numpy.load(folder / "tree.npz", allow_pickle=False) as file:
        arrays = dict(file)
        check_tree(arrays, bytes(arrays.pop("__tree__")))
    with safe_open(folder / "tree.safetensors", "numpy") as file:
        check_tree(load_file(folder / "tree.safetensors"), file.metadata()["__tree__"])
    print("safetensors and NumPy read our trees")


if __name__ == "__main__":
    {"write": write, "check": check}[sys.argv[1]](pathlib.Path(sys.argv[2]))
