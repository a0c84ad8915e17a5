"""Says whether every function that the headers in autograd/ops declare, whatever it returns, has a row in the tables of
tests/autograd."""
import re
import sys
from pathlib import Path

declaration = re.compile(r"^(?!using |struct |class |template |return )(?:inline )?[A-Za-z_][\w:<>, ]*[&*]? (operator[^\s(]+|\w+)\(", re.M)
row = re.compile(r'(?:\{|expect\(|GradRow\{)\s*"([^":]+)[":]|^UNARY\((\w+),', re.M)
PRIVATE = {"promote.hpp"}


def main(root):
    headers = [path for path in sorted((root / "autograd/ops").glob("*.hpp")) if path.name not in PRIVATE]
    declared = {name for path in headers for name in declaration.findall(path.read_text())}
    tests = root / "tests/autograd"
    tables = "\n".join(path.read_text() for path in [*sorted(tests.glob("test_ops*.cpp")), tests / "unary_rows.def"])
    tested = {name for names in row.findall(tables) for name in names if name}
    print(f"{len(declared)} functions, {len(declared & tested)} of them with a row")
    if missing := sorted(declared - tested):
        sys.exit("no row in tests/autograd/test_ops*.cpp for: " + " ".join(missing))
    if unknown := sorted(tested - declared):
        sys.exit("rows of functions that no header in autograd/ops declares: " + " ".join(unknown))


main(Path(sys.argv[1]))
