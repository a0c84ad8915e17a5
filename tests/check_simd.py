"""Says whether the kernels built for wide instruction sets keep to themselves: check_simd.py LIBRARY...

An inline function that an object leaves behind as a weak symbol may be the one that the linker takes for everybody; made
for a newer processor, it stops older ones. So such symbols must carry the name of the instruction set.
"""
import re
import subprocess
import sys

OWN = re.compile(r"::(base|v[34])::|xsimd_(base|v[34])::|^DW\.ref\.")


def strangers(library):
    symbols = subprocess.run(["nm", "--demangle", library], capture_output=True, text=True, check=True).stdout
    weak = re.findall(r"^\S+ [VWu] (.+)$", symbols, re.M)
    return [name for name in weak if not OWN.search(name)]


def main(libraries):
    found = [f"{library}: {name}" for library in libraries for name in strangers(library)]
    print(f"{len(libraries)} libraries, {len(found)} weak symbols without the name of an instruction set")
    sys.exit("\n".join(found) or 0)


main(sys.argv[1:])
