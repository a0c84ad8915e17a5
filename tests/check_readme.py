"""Holds the README to its word: the files it names exist, and its first program prints the numbers it shows."""
import pathlib
import re
import subprocess
import sys
import tempfile

root, build = (pathlib.Path(arg) for arg in sys.argv[1:3])
compiler = sys.argv[3:]


def missing_files(text):
    names = re.findall(r"`((?:core|autograd|nn|weightnorm|tests|examples)/[\w./]*)`", text)
    return [name for name in names if not (root / name).exists()]


def printed_by(program):
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "first.cpp"
        source.write_text(program)
        flags = ["-std=c++20", f"-I{build}/include", source, f"{build}/libminijt.a"]
        subprocess.run([*compiler[:1], *flags, *compiler[1:], "-o", source.with_suffix("")], check=True)
        return subprocess.run([source.with_suffix("")], check=True, capture_output=True, text=True).stdout


def main():
    text = (root / "README.md").read_text()
    program = text.split("```cpp\n")[1].split("```")[0]
    shown = re.search(r"// ((?:\d\.\d{5} ?)+)$", program, re.M).group(1)
    printed = printed_by(program)
    faults = [f"README names {name}, which is not there" for name in missing_files(text)]
    if printed.split() != shown.split():
        faults.append(f"README shows {shown}, its program prints {printed}")
    print("\n".join(faults) or "the README is true")
    return bool(faults)


sys.exit(main())
