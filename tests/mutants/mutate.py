"""Writes the ops with all their wrong rules behind numbers: mutate.py FOLDER SOURCE...

FOLDER gets each source with its mutations, of which the environment variable MINIJT_MUTANT chooses one when the program
runs (mutated.hpp), and mutants.json, which says what each number does. Mutated are the rules: what takes a Call, the
lambdas in `times<...>`, `grad` of a Function, and the functions of an unnamed namespace that nothing but rules calls.
"""
import json
import re
import sys
from pathlib import Path

HEADER = Path(__file__).resolve().parent / "mutated.hpp"
SILENT = re.compile(r'//[^\n]*|"(?:\\.|[^"\\\n])*"|^#[^\n]*', re.M)
RULE = re.compile(r"\([^()]*\bconst Call&[^()]*\)(?: -> Vars)? \{|times<\[\]\([^()]*\) \{|Vars grad\([^()]*\) override \{")
FUNCTION = re.compile(r"^(\w[^\n;{}=]*?)\b(\w+)\(([^{};]*)\) (?:const )?\{", re.M)
OPERATORS = {
    "+": ("Plus", "-"), "-": ("Less", "+"), "*": ("Times", "/"), "/": ("Over", "*"), "==": ("Equal", "!="),
    "!=": ("Unequal", "=="), "<": ("Below", "<="), "<=": ("UpTo", "<"), ">": ("Above", ">="), ">=": ("From", ">"),
}
UNARY = r"(?:(?<=[({\[])|(?<=[,=?:*/+] )|(?<=return ))"
NUMBER = re.compile(rf"((?:{UNARY}-)?)(?<![\w.])(\d+(?:\.\d*)?(?:e[+-]?\d+)?)(?![\w.])")
DROPPED = ("flip|inverse|shifted|mul_grad|div_grad|reshape|broadcast|roll|transpose|cast|kept|sum|maximum|softmax|"
           "exp|log|sin|cos|sinh|cosh|rsqrt")
SWAPPED = "where|by_side"
PLAIN = {"mul_grad": "*", "div_grad": "/"}
OPEN, CLOSE = "({[", ")}]"


def silent(text):
    """The text with blanks for comments, directives and what stands in quotes."""
    return SILENT.sub(lambda m: " " * len(m[0]), text)


def closing(code, at):
    """Where the bracket that opens at `at` closes."""
    depth = 0
    for k in range(at, len(code)):
        depth += (code[k] in OPEN) - (code[k] in CLOSE)
        if depth == 0:
            return k


def end_of(code, at, stops):
    """Where what begins at `at` ends: before a closing bracket or one of `stops`."""
    depth = 0
    for k in range(at, len(code)):
        if depth == 0 and code[k] in stops + CLOSE:
            return k
        depth += (code[k] in OPEN) - (code[k] in CLOSE)


def start_of_condition(code, question):
    depth = 0
    for k in range(question - 1, 0, -1):
        if depth == 0 and (code[k] in OPEN + ",;" or re.search(r"(?:\s[=?:]|\breturn)\s$", code[k - 6 : k + 1])):
            return k + 1 + len(re.match(r"\s*", code[k + 1 :])[0])
        depth += (code[k] in CLOSE) - (code[k] in OPEN)


def span(code, match):
    return match.end() - 1, closing(code, match.end() - 1)


def inside(spans, at):
    return any(start < at < end for start, end in spans)


def rules(code):
    """The spans of all rules and of the helpers that only they call, and of those of them that give Vars."""
    found = [span(code, match) for match in RULE.finditer(code)]
    unnamed = [span(code, match) for match in re.finditer(r"^namespace \{", code, re.M)]
    helpers = {}
    for match in FUNCTION.finditer(code):
        if inside(unnamed, match.start()):
            helpers.setdefault(match[2], []).append((match.start(), *span(code, match)))
    giving = list(found)
    while True:
        more = [name for name, bodies in helpers.items() if only_in_rules(code, name, found, bodies)]
        if not more:
            return found, giving
        bodies = [body for name in more for body in helpers.pop(name)]
        found += [(start, end) for _, start, end in bodies]
        giving += [(start, end) for head, start, end in bodies if re.match(r"Vars? ", code[head:])]


def only_in_rules(code, name, found, bodies):
    own = [(start - 1, end) for start, _, end in bodies]
    declared = [m.span(1) for m in re.finditer(rf"^\w[^\n;{{}}=]*?\b({name})\([^{{}};]*\);", code, re.M)]
    calls = [m for m in re.finditer(rf"(of_(?:in|out)put<)?(?<!\.)\b{name}\b", code)
             if not inside(own, m.start()) and m.span() not in declared]
    return calls and all(m[1] or inside(found, m.start()) for m in calls)


class Source:
    """One source: what is replaced in its text, and what each of its numbers does."""

    def __init__(self, path, first):
        self.path, self.text, self.first = path, path.read_text(encoding="utf-8"), first
        self.code = silent(self.text)
        self.edits, self.mutants = [], []
        self.rules, self.giving = rules(self.code)
        self.loops = [(m.end() - 1, closing(self.code, m.end() - 1)) for m in re.finditer(r"\bfor \(", self.code)]
        self.inputs = [span for span in self.rules if re.search(r"call\.\w+\([1-9]\)", self.code[slice(*span)])]
        for mutate in (self.operators, self.minus, self.numbers, self.conditions, self.calls, self.results):
            mutate()

    def mutant(self, at, token, wrong):
        """The number of a mutation; its name is told apart by the line's text, and which of the like tokens it is."""
        start = self.code.rfind("\n", 0, at) + 1
        line = self.text[start : self.text.find("\n", at)]
        nth = line[: at - start].count(token) + 1
        which = f" ({nth})" if line.count(token) > 1 else ""
        number = self.code.count("\n", 0, at) + 1
        self.mutants.append({"file": self.path.name, "number": number, "line": line.strip(), "what": f"{' '.join(token.split())}{which} -> {wrong}"})
        return self.first + len(self.mutants) - 1

    def each(self, pattern):
        return (m for m in re.finditer(pattern, self.code) if inside(self.rules, m.start()))

    def replace(self, start, end, new):
        self.edits.append((start, 2, 0, end, new))

    def wrap(self, start, end, opening):
        self.edits.append((start, 1, -end, start, opening))
        self.edits.append((end, 0, -start, end, ")"))

    def operators(self):
        for m in self.each(r"(?<=[\s])([-+*/]|[=!<>]=|[<>])(?=\s)"):
            name, wrong = OPERATORS[m[1]]
            if len(wrong + m[1]) > 2 and inside(self.loops, m.start()):
                continue
            k = self.mutant(m.start(), m[1], wrong)
            if m[1] in "+-*/":
                self.mutant(m.start(), m[1], "left side alone")
            self.replace(*m.span(), f"{m[1]} jt::mutated::{name}{{{k}}} {m[1]}")

        for m in self.each(r"[-+]= "):
            self.replace(m.end(), m.end(), f"jt::mutated::value({self.mutant(m.start(), m[0].strip(), 'the other sign')}, -1, 1) * ")

    def minus(self):
        for m in self.each(UNARY + r"([-!])(?=[a-zA-Z(])"):
            if m[1] == "!" and start_of_condition(self.code, m.end()) == m.start() and re.match(r"[^,;}]*\?", self.code[m.end() :]):
                continue
            k = self.mutant(m.start(), m[1], "nothing")
            self.replace(*m.span(), f"jt::mutated::{'Minus' if m[1] == '-' else 'Not'}{{{k}}}->*")

    def numbers(self):
        for m in self.each(NUMBER):
            if re.search(r"call\.\w+\($|get<$", self.code[m.start() - 16 : m.start()]):
                continue
            wrong = f"{m[0]} {'-' if m[1] else '+'} 1"
            self.replace(*m.span(), f"jt::mutated::value({self.mutant(m.start(), m[0], wrong)}, {wrong}, {m[0]})")
        for m in self.each(r"(?:(?<=, )|(?<=\{))(?:\w+\.)?axis(?=[,)])"):
            self.wrap(*m.span(), f"jt::mutated::value({self.mutant(m.start(), m[0], m[0] + ' - 1')}, {m[0]} - 1, ")
        for m in self.each(r"\blist_of\("):
            end = closing(self.code, m.end() - 1)
            self.wrap(m.end(), end, f"jt::mutated::toggled({self.mutant(m.start(), self.code[m.end() : end], 'axis 0 in or out')}, ")
        named = "|".join(re.findall(r"^constexpr double (\w+) =", self.code, re.M) or ["NAN"])
        for m in self.each(rf"\b(std::numbers::\w+|{named})\b"):
            wrong = m[0] + " + 1"
            self.replace(*m.span(), f"jt::mutated::value({self.mutant(m.start(), m[0], wrong)}, {wrong}, {m[0]})")
        for m in self.each(r"\b(true|false)\b"):
            wrong = "false" if m[0] == "true" else "true"
            self.replace(*m.span(), f"jt::mutated::value({self.mutant(m.start(), m[0], wrong)}, {wrong}, {m[0]})")

    def conditions(self):
        for m in self.each(r"(?<=\s)\?(?=\s)"):
            start = start_of_condition(self.code, m.start())
            end = start + len(self.code[start : m.start()].rstrip())
            self.wrap(start, end, f"jt::mutated::test({self.mutant(m.start(), '?', 'sides swapped')}, ")
        for m in self.each(r"\bif \("):
            self.wrap(m.end(), closing(self.code, m.end() - 1), f"jt::mutated::test({self.mutant(m.start(), 'if', 'if not')}, ")

    def calls(self):
        for kind, names in (("dropped", DROPPED), ("swapped", SWAPPED)):
            for m in self.each(rf"(?<![\w.:])({names})(?=\()"):
                if "{" in self.code[m.end() : closing(self.code, m.end())]:
                    continue  # a list has no type to be passed on
                k = self.mutant(m.start(), m[1], "its argument" if kind == "dropped" else "sides swapped")
                call = f"[&](const auto&... a) {{ return {m[1]}(a...); }}"
                if m[1] in PLAIN:
                    call = f"jt::mutated::plain_{m[1]}({self.mutant(m.start(), m[1], PLAIN[m[1]])}, {call})"
                self.replace(*m.span(), f"jt::mutated::{kind}({k}, {call})")
        for m in self.each(r"call\.output\(\)"):
            self.replace(*m.span(), f"jt::mutated::output({self.mutant(m.start(), m[0], 'call.input(0)')}, call)")
        for m in self.each(r"call\.\w+\((\d)\)"):
            if inside(self.inputs, m.start()):
                k = self.mutant(m.start(), m[0], "another input")
                self.replace(*m.span(1), f"jt::mutated::other({k}, call, {m[1]})")

    def results(self):
        """Each gradient that is returned, with the other sign, or a constant."""
        for m in (m for m in re.finditer(r"\breturn (\{?)", self.code) if inside(self.giving, m.start())):
            at = m.end()
            while at < len(self.code):
                end = end_of(self.code, at, ",;" if m[1] else ";")
                result = self.code[at:end]
                if result.strip() != "Var()" and not re.search(r"\brecord\(|\breturn\b", result):
                    self.wrap(at, end, f"jt::mutated::spoiled({self.mutant(at, result.strip(), 'the other sign')}, ")
                    self.mutant(at, result.strip(), "detached")
                if self.code[end] != ",":
                    break
                at = end + 2

    def mutated(self):
        out, done = [f'#include "{HEADER}"\n#line 1 "{self.path}"\n'], 0
        for start, _, _, end, new in sorted(self.edits):
            out += [self.text[done:start], new]
            done = end
        return "".join(out) + self.text[done:]


def main(folder, *paths):
    mutants = []
    for path in map(Path, paths):
        source = Source(path.resolve(), len(mutants) + 1)
        mutants += source.mutants
        (Path(folder) / path.name).write_text(source.mutated(), encoding="utf-8")
    (Path(folder) / "mutants.json").write_text(json.dumps(mutants, indent=1), encoding="utf-8")


main(*sys.argv[1:])
