"""Holds the README to its word: the files it names exist, its first program prints the numbers it shows, its other
programs compile and run, its new op and layer compile among the others. And C++ files refer to no page but a README.md."""
import pathlib
import re
import subprocess
import sys
import tempfile
import textwrap

root, build = (pathlib.Path(arg) for arg in sys.argv[1:3])
compiler = sys.argv[3:]
ROOMS = ["core", "autograd", "nn", "weightnorm", "tests", "examples"]


def missing_files(text):
    names = re.findall(rf"`((?:{'|'.join(ROOMS)})/[\w./]*)`", text)
    return [name for name in names if not (root / name).exists()]


def strange_pages():
    """The *.md names in C++ files: a reader of the tree can open README.md alone."""
    for source in sorted(file for room in ROOMS for file in (root / room).rglob("*.[ch]pp")):
        for name in re.findall(r"[\w.-]+\.md\b", source.read_text(encoding="utf-8")):
            if name != "README.md":
                yield f"{source.relative_to(root)} refers to {name}"


def output_of(program):
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "program.cpp"
        source.write_text(program)
        flags = ["-std=c++20", f"-I{build}/include", source, f"{build}/libminijt.a"]
        subprocess.run([*compiler[:1], *flags, *compiler[1:], "-o", source.with_suffix("")], check=True)
        run = subprocess.run([source.with_suffix("")], check=True, capture_output=True, text=True, cwd=folder)
        return run.stdout


def whole(sample):
    """A program of a sample: its structs as they stand, the rest inside main."""
    includes, structs, rest = re.fullmatch(r"((?:#[^\n]*\n)*)((?:struct .*?^};\n)*)(.*)", sample, re.S | re.M).groups()
    head = f"#include <minijt/minijt.hpp>\n{includes}using namespace jt;\n"
    return f"{head}{structs}int main() {{\n{rest}}}\n"


def runs(sample):
    output_of(whole(sample))


def check_new_op(sample):
    """Compiles a new op at the end of the file it belongs to, with a row function that is there."""
    file = "long_tail" if "xt::" in sample else "elementwise"
    family = (root / f"autograd/ops/{file}.cpp").as_posix()
    op = re.sub(r"Unary::\w+", "Unary::sqrt", sample)
    source = f'#include "{family}"\nnamespace jt {{\n{op}}}\n'
    subprocess.run([*compiler[:1], "-std=c++20", f"-I{build}/include", "-fsyntax-only", "-xc++", "-"], input=source, text=True, check=True)


def check_new_layer(sample):
    """Compiles a new layer at the end of the file it belongs to, by a name that is not there."""
    name = re.search(r"class (\w+)", sample)[1]
    sample = sample.replace(name, f"Another{name}")
    family = (root / "nn/layers/activation.hpp").as_posix()
    source = f'#include "{family}"\nnamespace jt::nn {{\n{sample}}}\n'
    subprocess.run([*compiler[:1], "-std=c++20", f"-I{build}/include", "-fsyntax-only", "-xc++", "-"], input=source, text=True, check=True)


def main():
    text = (root / "README.md").read_text()
    first, *others = map(textwrap.dedent, re.findall(r"^ *```cpp\n(.*?)^ *```", text, re.S | re.M))
    shown = re.search(r"// ((?:\d\.\d{5} ?)+)$", first, re.M).group(1)
    printed = output_of(first)
    faults = [f"README names {name}, which is not there" for name in missing_files(text)] + [*strange_pages()]
    if printed.split() != shown.split():
        faults.append(f"README shows {shown}, its program prints {printed}")
    for sample in others:
        kind = check_new_op if sample.startswith("Var ") else check_new_layer if "extra_repr" in sample else runs
        kind(sample)
    print("\n".join(faults) or f"the README is true, with its {1 + len(others)} samples")
    return bool(faults)


sys.exit(main())
