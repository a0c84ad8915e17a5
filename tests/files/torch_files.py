"""Normed nets and half floats as PyTorch saves them by safetensors, and whether PyTorch reads minijt's.

    torch_files.py write FOLDER
    torch_files.py check FOLDER
"""
import pathlib
import sys
import warnings

import torch
from safetensors.torch import load_file, save_file
from torch import nn

# Extents all differ: (out, in), (out, in, h, w), and of transposed convolutions (in, out, h, w).
LAYERS = {
    "linear": (lambda: nn.Linear(3, 5), 0, (2, 3)),
    "conv": (lambda: nn.Conv2d(2, 3, (4, 5)), 0, (1, 2, 6, 7)),
    "up": (lambda: nn.ConvTranspose2d(2, 3, (4, 5)), 0, (1, 2, 3, 4)),
    "up_1": (lambda: nn.ConvTranspose2d(2, 3, (4, 5)), 1, (1, 2, 3, 4)),
    "whole": (lambda: nn.Linear(3, 5), None, (2, 3)),
}
NORMS = {
    "weight_norm": (nn.utils.weight_norm, "{}_g", "{}_v"),
    "parametrizations": (
        nn.utils.parametrizations.weight_norm,
        "parametrizations.{}.original0",
        "parametrizations.{}.original1",
    ),
}


def net_of(norm):
    """Layers with weight norm whose g and v are no longer those of the first weight."""
    torch.manual_seed(1)
    net = nn.ModuleDict({name: norm(make(), dim=dim) for name, (make, dim, _) in LAYERS.items()})
    with torch.no_grad():
        for x in net.parameters():
            x.add_(torch.rand_like(x))
    return net


def inputs():
    torch.manual_seed(2)
    return {name: torch.randn(shape) for name, (_, _, shape) in LAYERS.items()}


def halves():
    bits = torch.arange(0, 65536, 97, dtype=torch.int32).to(torch.uint16)
    out = {}
    for name, dtype in [("f16", torch.float16), ("bf16", torch.bfloat16)]:
        out[name] = bits.view(dtype).clone()
        out[name + "_wide"] = out[name].to(torch.float32)
    return out


def write(folder):
    for name, (norm, _, _) in NORMS.items():
        net = net_of(norm)
        save_file(net.state_dict(), folder / f"{name}.safetensors")
    asked = {f"x.{layer}": x for layer, x in inputs().items()}
    answers = {f"y.{layer}": net[layer](x).detach() for layer, x in inputs().items()}
    save_file(asked | answers, folder / "answers.safetensors")
    save_file(halves(), folder / "halves.safetensors")


def check(folder):
    """minijt's nets, of other numbers, load strictly and compute what minijt computed."""
    answers = load_file(folder / "answers.safetensors")
    for name, (norm, _, _) in NORMS.items():
        net = net_of(norm)
        before = {key: x.clone() for key, x in net.state_dict().items()}
        net.load_state_dict(load_file(folder / f"{name}.safetensors"))
        assert all(not torch.equal(x, before[key]) for key, x in net.state_dict().items())
        for layer, x in inputs().items():
            torch.testing.assert_close(net[layer](x), answers[f"y.{layer}"], rtol=1e-5, atol=1e-6)
    print("PyTorch", torch.__version__, "reads our normed nets")


warnings.filterwarnings("ignore", category=FutureWarning)  # the older weight_norm is deprecated

if __name__ == "__main__":
    {"write": write, "check": check}[sys.argv[1]](pathlib.Path(sys.argv[2]))
