"""Writes the arrays of pattern.hpp as NumPy does, and says whether NumPy reads them in minijt's files.

    numpy_files.py write FOLDER
    numpy_files.py check FOLDER
"""
import pathlib
import sys

import numpy

DTYPES = ["bool", "uint8", "int32", "int64", "float32", "float64"]
SHAPES = [(), (1,), (7,), (0,), (2, 3), (2, 0, 3), (3, 1, 4, 2), (1000,)]


def pattern(shape, dtype):
    values = numpy.arange(numpy.prod(shape, dtype=int)) * 37 % 251
    shift = {"bool": values % 2, "uint8": values}.get(dtype, values - 100)
    return shift.astype(dtype).reshape(shape)


def patterns():
    return {f"{dtype}/{k}": pattern(shape, dtype) for dtype in DTYPES for k, shape in enumerate(SHAPES)}


def write(folder):
    arrays = patterns()
    fortran = {name: numpy.asfortranarray(x).reshape(x.shape, order="F") for name, x in arrays.items()}
    numpy.savez(folder / "stored.npz", **arrays)
    numpy.savez_compressed(folder / "deflated.npz", **arrays)
    numpy.savez(folder / "fortran.npz", **fortran)
    numpy.savez_compressed(folder / "fortran_deflated.npz", **fortran)
    for k, dtype in enumerate(DTYPES):
        numpy.save(folder / f"{dtype}.npy", pattern(SHAPES[k + 1], dtype))


def same(x, y):
    return x.dtype == y.dtype and x.shape == y.shape and x.tobytes() == y.tobytes()


def check(folder):
    for name in ["stored.npz", "deflated.npz"]:
        with numpy.load(folder / name, allow_pickle=False) as file:
            arrays = patterns()
            assert list(file.keys()) == list(arrays), name
            assert all(same(file[key], x) for key, x in arrays.items()), name
    for k, dtype in enumerate(DTYPES):
        assert same(numpy.load(folder / f"{dtype}.npy"), pattern(SHAPES[k + 1], dtype)), dtype
    print("NumPy", numpy.__version__, "reads our files")


if __name__ == "__main__":
    {"write": write, "check": check}[sys.argv[1]](pathlib.Path(sys.argv[2]))
