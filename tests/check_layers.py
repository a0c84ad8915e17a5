"""Says whether every include between the rooms points down: core <- autograd <- nn <- weightnorm."""
import pathlib
import re
import sys

ROOMS = ["core", "autograd", "nn", "weightnorm"]


def includes(file):
    return re.findall(r'^\s*#\s*include\s+"([^"]+)"', file.read_text(encoding="utf-8"), re.M)


def wrong(root, file):
    """The includes of a file that leave its room for a higher one, or for a place that is no room."""
    room = file.relative_to(root).parts[0]
    allowed = ROOMS[: ROOMS.index(room) + 1]
    for name in includes(file):
        target = (file.parent / name).resolve()
        if not target.is_relative_to(root) or target.relative_to(root).parts[0] not in allowed:
            yield f"{file.relative_to(root)} includes {name}, above {room}"


def main(root):
    files = [file for room in ROOMS for file in sorted((root / room).rglob("*.[ch]pp"))]
    problems = [line for file in files for line in wrong(root, file)]
    print(f"{len(files)} files, {len(problems)} arrows that point up")
    sys.exit("\n".join(problems) or 0)


main(pathlib.Path(sys.argv[1]).resolve())
