"""Says whether every function that autograd/ops.hpp declares has a row in the tables of tests/autograd."""
import re
import sys
from pathlib import Path

declaration = re.compile(r"^(?:inline )?(?:Var|std::pair<Var, Var>)&? (operator[^\s(]+|\w+)\(", re.M)
row = re.compile(r'(?:\{|expect\(|GradRow\{)\s*"([^":]+)[":]')


def main(root):
    declared = set(declaration.findall((root / "autograd/ops.hpp").read_text()))
    tables = "".join(path.read_text() for path in sorted((root / "tests/autograd").glob("test_ops*.cpp")))
    tested = set(row.findall(tables))
    print(f"{len(declared)} functions, {len(declared & tested)} of them with a row")
    if missing := sorted(declared - tested):
        sys.exit("no row in tests/autograd/test_ops*.cpp for: " + " ".join(missing))
    if unknown := sorted(tested - declared):
        sys.exit("rows of functions that autograd/ops.hpp does not declare: " + " ".join(unknown))


main(Path(sys.argv[1]))
