"""Writes calls that must be refused: `refused_calls.py OUTPUT VAR_HPP OPS_HEADER...`.

They follow from the declarations of functions and methods. A Var without a default must hold something; axes must be
those of the Var, and different. A call is `REFUSES("add", "needs a Var that ...", add(none, x)),`: the name and the
text of the error, and what to call, where the Var `none` is empty and x is a matrix.
"""
import sys
from pathlib import Path

from declared import Parameter, functions, methods

EMPTY = "needs a Var that holds something, got an empty one"
NO_AXIS = [(wrong, f"needs an axis from -2 to 1, got {wrong}") for wrong in ("7", "-9")]
NEW_AXIS = {"stack", "unsqueeze"}  # these count one axis more
TWICE = ("{1, -1}", "needs each axis once, got -1 twice")

# What a parameter must not be, and what is said then: a Var without a default, and an axis.
WRONG = {
    "const Var&": [("none", EMPTY)],
    "const Operand&": [("none", EMPTY)],
    "const Vars&": [("{none, x}", EMPTY), ("{x, none}", EMPTY)],
    "Var&": [("*std::make_unique<Var>()", EMPTY)],
}
WRONG_AXES = {
    "int": NO_AXIS,
    "std::optional<int>": NO_AXIS,
    "const Axes&": [*NO_AXIS, TWICE],
}
MAY_BE_EMPTY = {"bias"}
AXES = {"axis", "axes", "dim", "dims"}

VALUES = {
    "const Var& index": "x.int32()",
    "const Var& repeats": "x.int32()",
    "const Var&": "x",
    "const Operand&": "x",
    "Var&": "*std::make_unique<Var>(x)",
    "const Vars&": "{x, x}",
    "const Axes&": "0",
    "AxisSet": "1",
    "const Indices&": "Indices{Index(0)}",
    "const Shape&": "{1, 1}",
    "const Ints&": "1",
    "const Scalar&": "1",
    "Dtype": "jt::float32",
    "Single": "1",
    "Pair": "1",
    "Triple": "1",
    "const Windows&": "Windows{1}",
    "bool": "false",
    "int": "0",
    "std::int64_t": "0",
    "double": "0",
    "const std::string&": '"ij,ij"',
    "const std::string& op": '"add"',
    "const std::vector<std::string>&": '{"0"}',
    "ReturnInverse": "return_inverse",
    "ReturnCounts": "return_counts",
    "double": "1",
}
SELF = Parameter("const Var& ", "x", None)
SAYS = {"cross_entropy_rows": "cross_entropy", "set_rng_state": "item", "cat": "concat", "tile": "repeat", "to": "cast",
        "conv_transpose2d": "conv_transpose", "subtract": "sub", "multiply": "mul", "divide": "div", "ternary": "where"}


def value_of(p):
    kind = p.type.strip()
    return (p.default or VALUES.get(f"{kind} {p.name}") or VALUES.get(kind)
            or sys.exit(f"refused_calls.py: needs a value for parameters of type {kind}, VALUES has none"))


def wrong_values(p):
    if p.name in AXES:
        return WRONG_AXES.get(p.type.strip(), [])
    return [] if p.default or p.name in MAY_BE_EMPTY else WRONG.get(p.type.strip(), [])


def wrong_arguments(parameters):
    """([argument, ...], text) for all that one parameter must not be; those behind it are given if they must be."""
    for k, p in enumerate(parameters):
        for wrong, text in wrong_values(p):
            needed = [q for q in parameters[k + 1 :] if not q.default]
            yield [*map(value_of, parameters[:k]), wrong, *map(value_of, needed)], text


def callable_by_name(f):
    return not f.result.startswith("template") and not f.name.startswith("operator")


def calls(var_hpp, headers):
    """(name, text, call)"""
    for f in (f for header in headers for f in functions(header) if callable_by_name(f)):
        for arguments, text in wrong_arguments(f.parameters):
            yield f.name, text, f"{f.name}({', '.join(arguments)})"
    for m in methods(var_hpp):
        for (x, *arguments), text in wrong_arguments([SELF] + m.parameters):
            yield m.name, text, f"{x}.{m.name}({', '.join(arguments)})"


def line(name, text, call):
    if name in NEW_AXIS:
        text = text.replace("from -2 to 1", "from -3 to 2")
    return f'REFUSES("{SAYS.get(name, name)}", "{text}", {call}),\n'


def main(output, var_hpp, *headers):
    lines = (line(*call) for call in calls(Path(var_hpp), map(Path, headers)))
    Path(output).write_text("".join(lines), encoding="utf-8")


main(*sys.argv[1:])
