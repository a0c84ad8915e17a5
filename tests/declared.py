"""What the headers declare: the functions of a header, and the methods of Var that are ops."""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "autograd"))
from methods import Parameter, declaration, methods, statements  # noqa: F401

# Words in quotes, which may be defaults; directives, and what else stands in quotes.
SILENT = re.compile(r'("\w*")|^[ \t]*#(?:.*\\\n)*.*$|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'', re.M)
NAMESPACE = re.compile(r"namespace jt[\w:]* \{(.*)\}")


def head(statement):
    """A definition in place as its declaration."""
    return re.sub(r"\)( const)? \{.*\}$", r")\1;", statement)


def declarations(code):
    for _, statement in statements(code):
        if inside := NAMESPACE.fullmatch(statement):
            yield from declarations(inside[1])
        elif found := declaration(head(statement)):
            yield found


def functions(header):
    """All functions in jt and namespaces such as jt::nn, templates among them; not what lies in one within, as detail."""
    return list(declarations(SILENT.sub(lambda m: m[1] or "", header.read_text(encoding="utf-8"))))


def public_headers():
    """Those that Meson installs, by their paths from the root."""
    listed = "".join((ROOT / room / "meson.build").read_text(encoding="utf-8") for room in ("autograd", "nn"))
    return sorted(set(re.findall(r"'((?:autograd|nn)/[\w/]+\.hpp)'", listed)))
