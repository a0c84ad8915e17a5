"""Compiles libtorch's side of the benchmark against the headers and libraries inside an installed PyTorch."""
import importlib.util
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCES = "serve", "torch_ops", "torch_rows"


def folder():
    """PyTorch's, or None where it is not installed."""
    found = importlib.util.find_spec("torch")
    return found and Path(found.submodule_search_locations[0])


def flags(torch):
    abi = subprocess.run([sys.executable, "-c", "import torch; print(int(torch.compiled_with_cxx11_abi()))"],
                         stdout=subprocess.PIPE, check=True, text=True).stdout.strip()
    headers = torch / "include", torch / "include/torch/csrc/api/include"
    return ["-std=c++20", "-O2", f"-D_GLIBCXX_USE_CXX11_ABI={abi}", *(f"-isystem{header}" for header in headers)]


def is_new(target, sources):
    """Whether it was made after its sources."""
    return target.exists() and all(target.stat().st_mtime >= source.stat().st_mtime for source in sources)


def compile_objects(compiler, torch, build):
    """At once: each takes a minute, which the headers need."""
    tables = [*HERE.glob("*.def"), *HERE.glob("*.hpp"), *HERE.parent.glob("autograd/*.def")]
    old = [name for name in SOURCES if not is_new(build / f"{name}.o", [HERE / f"{name}.cpp", *tables, torch / "version.py"])]
    options = flags(torch) if old else []
    runs = [subprocess.Popen([*compiler, *options, "-c", HERE / f"{name}.cpp", "-o", build / f"{name}.o"]) for name in old]
    return not any([run.wait() for run in runs])


def link(compiler, torch, objects, program):
    library = torch / "lib"
    return subprocess.run([*compiler, *objects, "-o", program, f"-L{library}", f"-Wl,-rpath,{library}", "-Wl,--no-as-needed",
                           "-ltorch", "-ltorch_cpu", "-lc10"]).returncode == 0


def built(compiler, build):
    """The program, compiled in the folder `build` where that is not done; None without PyTorch, or where it fails."""
    torch, program = folder(), build / "torch_rows"
    if not torch:
        return None
    build.mkdir(parents=True, exist_ok=True)
    objects = [build / f"{name}.o" for name in SOURCES]
    if not compile_objects(compiler, torch, build):
        return None
    return program if is_new(program, objects) or link(compiler, torch, objects, program) else None
