"""Writes a call for each Var that must not be empty: `empty_calls.py OUTPUT VAR_HPP OPS_HEADER...`.

Which Vars these are follows from the declarations: all that functions and methods take without a default. A call is
`REFUSES("add", add(none, x)),`: the name that the error gives, and what to call, with an empty Var `none`.
"""
import sys
from pathlib import Path

from declared import Parameter, functions, methods

VARS = {"const Var&": ["none"], "const Operand&": ["none"], "const Vars&": ["{none, x}", "{x, none}"]}
VALUES = {
    "const Var& index": "x.int32()",
    "const Var&": "x",
    "const Operand&": "x",
    "const Vars&": "{x, x}",
    "const Axes&": "0",
    "const Indices&": "Indices{Index(0)}",
    "const Shape&": "{1}",
    "const Scalar&": "1",
    "Dtype": "jt::float32",
    "Pair": "1",
    "bool": "false",
    "int": "0",
    "std::int64_t": "0",
}
SELF = Parameter("const Var& ", "x", None)
SAYS = {"cross_entropy_rows": "cross_entropy", "set_rng_state": "item"}


def value_of(kind, name):
    return (VALUES.get(f"{kind} {name}") or VALUES.get(kind)
            or sys.exit(f"empty_calls.py: needs a value for parameters of type {kind}, VALUES has none"))


def arguments_with_an_empty_var(parameters):
    """Arguments for the parameters without a default, once for each of the Vars among them."""
    needed = [(p.type.strip(), p.name) for p in parameters if p.default is None]
    for k, (kind, _) in enumerate(needed):
        for empty in VARS.get(kind, []):
            yield [empty if i == k else value_of(*parameter) for i, parameter in enumerate(needed)]


def callable_by_name(f):
    return not f.result.startswith("template") and not f.name.startswith("operator")


def rows(var_hpp, headers):
    for f in (f for header in headers for f in functions(header) if callable_by_name(f)):
        for arguments in arguments_with_an_empty_var(f.parameters):
            yield f.name, f"{f.name}({', '.join(arguments)})"
    for m in methods(var_hpp):
        for x, *arguments in arguments_with_an_empty_var([SELF] + m.parameters):
            yield m.function, f"{x}.{m.name}({', '.join(arguments)})"


def main(output, var_hpp, *headers):
    lines = (f'REFUSES("{SAYS.get(name, name)}", {call}),' for name, call in rows(Path(var_hpp), map(Path, headers)))
    Path(output).write_text("\n".join(lines) + "\n", encoding="utf-8")


main(*sys.argv[1:])
