"""A weight-normed net that Jittor trained, and whether Jittor goes on with minijt's.

    jittor_files.py write FOLDER
    jittor_files.py check FOLDER

The first import of Jittor compiles for minutes: run.py does both where MINIJT_JITTOR is set.
"""
import os
import pathlib
import shutil
import sys

os.environ.update(use_mkl="0", nvcc_path="", log_silent="1", OMP_NUM_THREADS="1")
os.environ.setdefault("cc_path", shutil.which("g++") or "g++")

import numpy as np
import jittor as jt
from jittor import nn
from jittor.weightnorm import weight_norm


class Net(nn.Module):
    def __init__(self):
        self.conv = nn.Conv(2, 5, (3, 4))
        self.fc1 = nn.Linear(80, 6)
        self.fc2 = nn.Linear(6, 4)
        weight_norm(self.conv, "weight", (1, 2, 3))
        weight_norm(self.fc1, "weight", -1)
        weight_norm(self.fc2, "weight", ())

    def execute(self, x):
        x = jt.tanh(self.conv(x))
        return self.fc2(jt.tanh(self.fc1(x.reshape(x.shape[0], -1))))


def save(net, path):
    np.savez(path, **{name: x.numpy() for name, x in net.state_dict().items()})


def load(net, path):
    net.load_parameters(dict(np.load(path)))


def step(net, x, target):
    opt = nn.SGD(net.parameters(), 0.1, momentum=0.9)
    opt.step(nn.mse_loss(net(x), target))


def write(folder):
    jt.set_global_seed(1)
    rng = np.random.RandomState(1)
    x, target = (rng.normal(size=shape).astype(np.float32) for shape in [(7, 2, 6, 7), (7, 4)])
    net = Net()
    for _ in range(5):
        step(net, jt.array(x), jt.array(target))
    save(net, folder / "net.npz")
    y = net(jt.array(x)).numpy()
    step(net, jt.array(x), jt.array(target))
    after = {f"after.{name}": x.numpy() for name, x in net.state_dict().items() if is_learned(net, name)}
    np.savez(folder / "answers.npz", x=x, target=target, y=y, **after)


def is_learned(net, name):
    """Whether it is no weight that is rebuilt from its g and v."""
    return name + "_g" not in net.state_dict()


def check(folder):
    """minijt's net, of other numbers, computes what minijt computed, and learns what it learned."""
    answers = np.load(folder / "jittor_answers.npz")
    x, target = jt.array(answers["x"]), jt.array(answers["target"])
    net = Net()
    before = {name: x.numpy() for name, x in net.state_dict().items()}
    load(net, folder / "jittor_net.npz")
    learned = [name for name in before if is_learned(net, name)]
    assert all((net.state_dict()[name].numpy() != before[name]).any() for name in learned)
    close = lambda a, b, name: np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6, err_msg=name)
    close(net(x).numpy(), answers["y"], "y")
    step(net, x, target)
    for name in learned:
        close(net.state_dict()[name].numpy(), answers[f"after.{name}"], name)
    print("Jittor", jt.__version__, "goes on with our normed net:", *learned)


if __name__ == "__main__":
    {"write": write, "check": check}[sys.argv[1]](pathlib.Path(sys.argv[2]))
