"""Writes what NumPy answers to every mixture of one to three kinds of index: `python3 numpy_index.py numpy_index.npz`.

x is arange of a shape whose extents differ. For each line of `cases`, such as `3 1: a` for x[1:, a] of three axes,
`answers` holds -1 where there is no such part, or the number of axes of x[...], its extents, and its elements. NumPy is
asked for ints, slices and new axes first, and for arrays and masks then, moved to the front and back: arrays apart from
each other stay in place of the first one, and integers do not count, as Jittor has it.
"""
import itertools
import sys

import numpy as np

EXTENTS = (3, 5, 2, 4)
PLAIN = {"1": 1, "-2": -2, "1:": slice(1, None), "::-2": slice(None, None, -2), "N": None, "E": Ellipsis}
ARRAYS = {"a": np.array([0, 1, -1]), "b": np.array([[1], [-2]]), "l": np.array([1, 0, 1])}
MASKS = {"m": 1, "M": 2}


def axes_of(token):
    return 0 if token in "NE" else MASKS.get(token, 1)


def mask(extents):
    return np.arange(np.prod(extents)).reshape(extents) % 3 != 1


def spread(tokens, shape):
    """(token, the first axis that it stands for), the ellipsis as full slices."""
    axis, out = 0, []
    spare = len(shape) - sum(map(axes_of, tokens))
    if spare < 0 or tokens.count("E") > 1:
        raise IndexError
    for token in tokens:
        repeats = spare if token == "E" else 1
        for _ in range(repeats):
            out.append((":" if token == "E" else token, axis))
            axis += 1 if token == "E" else axes_of(token)
    return out


def answer(tokens, x):
    basic, arrays, places = [], [], []
    made = 0  # axes so far of what is read without arrays
    for token, axis in spread(tokens, x.shape):
        if token in ARRAYS or token in MASKS:
            covered = x.shape[axis : axis + axes_of(token)]
            found = np.nonzero(mask(covered)) if token in MASKS else (ARRAYS[token],)
            places += range(made, made + len(found))
            arrays += found
            basic += [slice(None)] * len(found)
            made += len(found)
        else:
            basic.append(PLAIN.get(token, slice(None)))
            made += token not in ("1", "-2")
    y = x[tuple(basic)]
    if not arrays:
        return y
    y = np.moveaxis(y, places, range(len(places)))[tuple(arrays)]
    listed = np.broadcast(*arrays).ndim
    return np.moveaxis(y, range(listed), range(places[0], places[0] + listed))


def numbers(rank, tokens):
    shape = EXTENTS[:rank]
    try:
        y = np.atleast_1d(answer(tokens, np.arange(np.prod(shape)).reshape(shape)))
    except (IndexError, ValueError):
        return [-1]
    return [y.ndim, *y.shape, *y.ravel()]


def main(path):
    kinds = [*PLAIN, *ARRAYS, *MASKS]
    cases = [(rank, tokens) for rank in range(1, 5) for n in (1, 2, 3) for tokens in itertools.product(kinds, repeat=n)]
    text = "".join(f"{rank} {' '.join(tokens)}\n" for rank, tokens in cases)
    answers = [number for case in cases for number in numbers(*case)]
    np.savez_compressed(path, cases=np.frombuffer(text.encode(), np.uint8), answers=np.int32(answers))


main(sys.argv[1])
