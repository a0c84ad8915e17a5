"""Says how long the C++ functions of the tree are, and fails on one of more than 40 lines of code."""
import pathlib
import re
import sys

LIMIT = 40
LIBRARY = ["core", "autograd", "nn", "weightnorm"]
FOLDERS = [*LIBRARY, "tests", "examples"]
SILENT = re.compile(
    r"""//[^\n]* | /\*.*?\*/ | R"([^(\s]*)\(.*?\)\1" | "(?:\\.|[^"\\\n])*" | (?<!\w)'(?:\\.|[^'\\\n])*'""",
    re.S | re.X,
)
SCOPE = re.compile(r"\b(namespace|class|struct|union|enum)\b|\bTEST_SUITE\b")


def code_of(source):
    """The source without comments, directives and what stands in quotes, line by line as it was."""
    text = SILENT.sub(lambda m: ("" if m[0][0] == "/" else "''") + "\n" * m[0].count("\n"), source)
    return re.sub(r"^[ \t]*#(?:.*\\\n)*.*$", lambda m: "#" + "\n" * m[0].count("\n"), text, flags=re.M)


def is_function(head):
    flat = head
    while flat != (flat := re.sub(r"\([^()]*\)|<[^<>]*>", " ", flat)):
        pass
    return "(" in head and not SCOPE.search(flat)


def functions(source):
    """Name and lines of code of every function: the outermost braces after a head with parentheses."""
    text = code_of(source)
    start, depth, parens, inside = 0, 0, 0, None
    for at, c in enumerate(text):
        parens += (c == "(") - (c == ")")
        depth += (c == "{") - (c == "}")
        if inside is None and c == "{" and parens == 0 and is_function(text[start:at]):
            inside = depth - 1, start, re.findall(r"([~\w:]+|operator\W+)\s*\(", text[start:at])
        if inside and c == "}" and depth == inside[0]:
            body = text[inside[1] : at + 1].strip("# \t\n")
            yield (inside[2] or ["?"])[0], sum(1 for line in body.split("\n") if line.strip())
            inside = None
        if c in ";{}" and parens == 0 and inside is None:
            start = at + 1


def main(root):
    files = [f for d in FOLDERS for f in sorted((root / d).rglob("*.[ch]pp"))]
    found = [(lines, name, f) for f in files for name, lines in functions(f.read_text(encoding="utf-8"))]
    for what, folders in {"the library": LIBRARY, "all": FOLDERS}.items():
        sizes = sorted(lines for lines, _, file in found if file.relative_to(root).parts[0] in folders)
        print(f"{len(sizes)} functions in {what}: median {sizes[len(sizes) // 2]}, "
              f"95 % within {sizes[len(sizes) * 95 // 100]}, longest {sizes[-1]} lines of code")
    long = [f"{f.relative_to(root)}: {name} has {n} lines of code" for n, name, f in found if n > LIMIT]
    sys.exit("\n".join(long) or 0)


main(pathlib.Path(sys.argv[1]).resolve())
