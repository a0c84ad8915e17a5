"""Says whether all functions on Vars have a row in the tables of the tests, and all methods are functions.

A row names its function: `{"sort", ...`, `expect("sort: bool", ...`, `UNARY(exp, ...`. Functions of autograd/ops have
theirs in tests/autograd, those of nn in tests/nn, where one that gives no Var need only be called. A method of Var has
the parameters and defaults of its function, which is given the Var first. Functions of autograd/ops and losses have a
line in tests/jittor/cases.def, too, if only one that says why Jittor is not asked.
"""
import re
import sys
import tempfile
from pathlib import Path

from declared import functions, methods, public_headers

ROW = re.compile(r'(?:\{|expect\(|GradRow\{)\s*"([^":]+)[":]|^(?:UN|BIN)ARY\((\w+),', re.M)
TEXTS = re.compile(r'\{\s*"[^"]*"(?:,\s*"[^"]*")*\s*\}')  # what reindex takes: no row
NOT_CALLED = {"ModuleList", "ParameterList"}
SELF = re.compile(r"const (Var|Operand)& ")


def text_of(root, *patterns):
    return "\n".join(path.read_text(encoding="utf-8") for p in patterns for path in sorted(root.glob(p)))


def rows(text):
    return {name for names in ROW.findall(TEXTS.sub("", text)) for name in names if name}


def missing_ops(root, declared):
    tested = rows(text_of(root, "tests/autograd/test_ops*.cpp", "tests/autograd/*.def"))
    names = {f.name for f in declared}
    yield from (f"no row in tests/autograd/test_ops*.cpp for {name}" for name in sorted(names - tested))
    yield from (f"a row for {name}, which no header in autograd/ops declares" for name in sorted(tested - names))


def on_vars(f):
    return any(re.search(r"\b(Vars?|Shape)\b", kind) for kind in [f.result, *(p.type for p in f.parameters)])


def missing_in_nn(root, declared):
    text = text_of(root, "tests/nn/*.cpp")
    tested = rows(text)
    for name, result in {f.name: f.result for f in declared if on_vars(f)}.items():
        if name not in tested and ("Var" in result or not re.search(rf"\b{name}\(", text)):
            yield f"no row in tests/nn for {name}"


def missing_layers(root):
    text = text_of(root, "nn/layers/*.hpp", "nn/loss.hpp")
    bases = re.findall(r"^protected:\n    (\w+)\(", text, re.M)
    declared = {*re.findall(r"(?<!>\n)^class (\w+) : public ", text, re.M)} - {*bases} - NOT_CALLED
    tested = rows(text_of(root, "tests/nn/test_layer_rows.cpp"))
    yield from (f"no row in tests/nn/test_layer_rows.cpp for {name}" for name in sorted(declared - tested))


def missing_cases(root, declared):
    asked = set(re.findall(r'^(?:CASE|DIFFERS|SKIPPED)\("([^":]+)|^(?:UN|BIN)ARY\((\w+),', text_of(root, "tests/*/*.def"), re.M))
    names = {name for pair in asked for name in pair}
    yield from (f"no case in tests/jittor/cases.def for {name}" for name in sorted({f.name for f in declared} - names)
               if not name.startswith("operator"))


def signature(parameters):
    return [(p.type, p.name, p.default) for p in parameters]


def strange_methods(var_hpp, ops):
    with_self = (f for f in ops if f.parameters and SELF.match(f.parameters[0].type))
    known = {(f.name, str(signature(f.parameters[1:]))) for f in with_self}
    for m in methods(var_hpp):
        if (m.name, str(signature(m.parameters))) not in known:
            yield f"Var::{m.name}: no function in autograd/ops has these parameters and defaults behind its Var"


def refusal(text):
    """What methods.py says of a var.hpp with this text."""
    with tempfile.NamedTemporaryFile("w", suffix=".hpp") as file:
        file.write(text)
        file.flush()
        try:
            return str(list(methods(Path(file.name))))
        except SystemExit as error:
            return str(error)[len(file.name):]


def wrong_refusals():
    """methods.py names the line that it does not understand."""
    for block, expected in {
        "// Ops\n": ": needs a block below `// The ops as methods`, got none",
        "// The ops as methods\n\n": "[]",
        "\n// The ops as methods\nVar neg() const;\n Var\n  abs();\n\n":
            ":4: needs `Result name(Type name = default, ...) const;`, got `Var abs();`",
        "// The ops as methods\nVar cast(Dtype) const;\n\n":
            ":2: needs `Result name(Type name = default, ...) const;`, got `Var cast(Dtype) const;`",
    }.items():
        if (got := refusal(block)) != expected:
            yield f"methods.py says `{got}` instead of `{expected}`"


def main(root):
    headers = {path: functions(root / path) for path in public_headers()}
    ops = [f for path, found in headers.items() if path.startswith("autograd/ops/") for f in found]
    nn = [f for path, found in headers.items() if path.startswith("nn/") for f in found]
    var_hpp = root / "autograd/var.hpp"
    print(f"{len({f.name for f in ops})} functions of autograd/ops, {len({f.name for f in nn})} of nn, "
          f"{len(list(methods(var_hpp)))} methods")
    losses = [f for f in headers["nn/loss.hpp"] if "Var" in f.result]
    problems = [*missing_ops(root, ops), *missing_cases(root, ops + losses), *missing_in_nn(root, nn), *missing_layers(root),
                *strange_methods(var_hpp, ops), *wrong_refusals()]
    sys.exit("\n".join(problems) or 0)


main(Path(sys.argv[1]).resolve())
