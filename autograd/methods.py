"""Defines the methods of Var that are ops: `methods.py var.hpp methods.cpp`, and declares their forms in place:
`methods.py var.hpp in_place.inc`.

Each declaration in the block of var.hpp that BLOCK opens, such as `Var tanh() const;`, becomes a call of the function
of the same name: `Var Var::tanh() const { return jt::tanh(*this); }`. Where it gives one Var, and is no new_zeros,
there is `Var& tanh_() &;` too.
"""
import re
import sys
from pathlib import Path
from typing import NamedTuple

BLOCK = "// The ops as methods"
DECLARATION = re.compile(r"(?P<result>[\w:<>,.& ]+ )(?P<name>operator\W+|\w+)\((?P<parameters>.*)\)(?P<end>( const)?;)")
PARAMETER = re.compile(r"(?P<type>.+?)\b(?P<name>\w+)(?: = (?P<default>.+))?")


class Parameter(NamedTuple):
    type: str
    name: str
    default: str | None


class Declaration(NamedTuple):
    """`result name(parameters) const;`"""
    result: str
    name: str
    parameters: list[Parameter]
    end: str

    @property
    def call(self):
        return f"jt::{self.name}({', '.join(['*this'] + [p.name for p in self.parameters])})"

    def listed(self, with_defaults=False):
        return ", ".join(p.type + p.name + (f" = {p.default}" if with_defaults and p.default else "") for p in self.parameters)

    def as_method(self):
        return f"{self.result}Var::{self.name}({self.listed()}) const {{ return {self.call}; }}"

    def has_form_in_place(self):
        return self.result == "Var " and not self.name.startswith("new_")

    def in_place_declared(self):
        return f"Var& {self.name}_({self.listed(True)}) &;"

    def in_place(self):
        return f"Var& Var::{self.name}_({self.listed()}) & {{ return become({self.call}); }}"


def statements(code):
    """(offset, text) of each declaration and of each definition in place, without comments and on one line."""
    code = re.sub(r"//.*", lambda m: " " * len(m[0]), code)
    start, depth = 0, 0
    for at, c in enumerate(code):
        depth += (c in "({") - (c in ")}")
        if depth == 0 and c in ";}":
            text = code[start : at + 1]
            yield at + 1 - len(text.lstrip()), " ".join(text.split())
            start = at + 1


def split(parameters):
    """At the commas that stand in no brackets."""
    parts, depth = [""], 0
    for c in parameters:
        depth += (c in "<({[") - (c in ">)}]")
        if c == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += c
    return [part.strip() for part in parts if part.strip()]


def declaration(statement):
    """None when it is something else, or a parameter has no name."""
    m = DECLARATION.fullmatch(statement)
    parameters = [PARAMETER.fullmatch(part) for part in split(m["parameters"])] if m else [None]
    if all(parameters):
        return Declaration(m["result"], m["name"], [Parameter(**p.groupdict()) for p in parameters], m["end"])
    return None


def methods(path):
    """The declarations of the block. What is defined in place needs no other definition, and is left out."""
    text = path.read_text(encoding="utf-8")
    start = text.find(BLOCK)
    if start < 0:
        sys.exit(f"{path}: needs a block below `{BLOCK}`, got none")
    for offset, statement in statements(text[start : text.index("\n\n", start)]):
        if statement.endswith("}"):
            continue
        method = declaration(statement)
        if not method or method.end != " const;":
            line = text.count("\n", 0, start + offset) + 1
            sys.exit(f"{path}:{line}: needs `Result name(Type name = default, ...) const;`, got `{statement}`")
        yield method


def main(header, output):
    ops = list(methods(Path(header)))
    in_place = [op for op in ops if op.has_form_in_place()]
    if output.endswith(".inc"):
        text = "\n".join(op.in_place_declared() for op in in_place)
        Path(output).write_text(f"// Made by methods.py from the list of methods in var.hpp.\n{text}\n", encoding="utf-8")
        return
    definitions = "\n".join([op.as_method() for op in ops] + [op.in_place() for op in in_place])
    Path(output).write_text(f"""// Made by methods.py from the list of methods in var.hpp.
#include "minijt/autograd/ops.hpp"

namespace jt {{

{definitions}

}}  // namespace jt
""", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
