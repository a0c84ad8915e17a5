# Says what differs between two folders of fixtures, array by array: `python compare_fixtures.py OLD NEW`.
import sys
from pathlib import Path

import numpy as np


def load(folder):
    """All arrays of a folder as {(file, key): array}."""
    files = sorted(Path(folder).glob("*.npz"))
    return {(file.name, key): array for file in files for key, array in np.load(file).items()}


def as_text(array):
    return array.tobytes().decode(errors="replace")


def kind(array):
    return f"{array.dtype} {array.shape}"


def distance(old, new):
    apart = np.abs(new.astype(np.float64) - old)
    relative = apart / np.maximum(np.abs(old), np.finfo(np.float32).tiny)
    count = np.count_nonzero(apart)
    return f"{count} of {old.size} differ, by at most {apart.max():.3g}, relatively {relative.max():.3g}"


def difference(old, new):
    """A sentence, or None when both are the same to the bit."""
    if old.dtype == np.uint8 == new.dtype and as_text(old) != as_text(new):
        return f"was {as_text(old)}, is {as_text(new)}"
    if kind(old) != kind(new):
        return f"was {kind(old)}, is {kind(new)}"
    return None if old.tobytes() == new.tobytes() else distance(old, new)


def changes(old, new):
    yield from ((place, "removed") for place in old if place not in new)
    yield from ((place, f"added, {kind(new[place])}") for place in new if place not in old)
    shared = ((place, difference(old[place], new[place])) for place in old if place in new)
    yield from ((place, change) for place, change in shared if change)


def main(old, new):
    lines = [f"{file} {key}: {change}" for (file, key), change in changes(load(old), load(new))]
    print("\n".join(lines or ["unchanged"]))


if __name__ == "__main__":
    main(*sys.argv[1:])
