# Runs real Jittor and writes the numbers that minijt is held against: `python make_fixtures.py OUTDIR [NAME...]`.
#
# weight_norm.npz  weight norm over every axis, with g and v perturbed: w, gradients, gradients of gradients
# init.npz         initial weights of Linear and Conv from a seed, and what each line of init_cases.def gives
# optim.npz        each line of optim_cases.def: parameters after every tenth step, or the rates after each call
# layers.npz       the same of Embedding, MultiheadAttention, PReLU and convolutions
# unary.npz        for each row of autograd/unary_rows.def that Jittor has: x, f(x), and its gradient where it has one
# binary.npz       for each row of autograd/binary_rows.def likewise: x, y, f(x, y), and both gradients
# dataset.npz      for each row of DATASETS: the batches of two epochs, and how many; the orders of samplers, a row an epoch
# transform.npz    images; for each row of RESIZED, CROPPED, TRANSFORMED and GRIDS what it makes of them; two epochs of each
#                  row of PIPELINES
# png.npz          files of each kind of PNG, and the pixels that Pillow reads in them
# ops.npz          for each line of cases.def: what Jittor answers, packed as `pack` says, and the inputs by name
# train_*.npz      the seeded trainings of trainings.py, which says what is in them
#
# Every file holds Jittor's version as text in uint8 (`jittor_version`); other arrays are float32, int32 or bool.
import io
import os
import re
import shutil
import struct
import sys
import zlib
from functools import partial
from itertools import islice
from pathlib import Path

os.environ.update(use_mkl="0", nvcc_path="", log_silent="1", lazy_execution="1", OMP_NUM_THREADS="1")
os.environ.setdefault("cc_path", shutil.which("g++") or "g++")

import numpy as np
import jittor as jt
from jittor import nn, transform
from jittor.attention import MultiheadAttention
from jittor.dataset import (BatchSampler, Dataset, RandomSampler, SequentialSampler, SubsetRandomSampler, TensorDataset)
from jittor.weightnorm import weight_norm
from PIL import Image

from trainings import TRAININGS, recorded, seeded, to_f4


def save(folder, name, arrays):
    version = np.frombuffer(jt.__version__.encode(), np.uint8)
    np.savez_compressed(folder / f"{name}.npz", jittor_version=version, **arrays)


# ---------------------------------------------------------------------------------------------- weight norm

# An int is one axis, a tuple a list of axes, () all of them. No extent is 1 and no two are alike, so that a
# wrong axis shows.
AXES = {
    (5,): [0, -1, ()],
    (3, 4): [0, 1, -1, -2, (0, 1), ()],
    (3, 4, 2): [0, 1, 2, -1, -2, (1, 2), (0, 2), ()],
    (4, 3, 2, 5): [0, 1, 2, 3, -1, -4, (1, 2, 3), (0, 2), (-1, -3), ()],
}


class Weighted(nn.Module):
    def __init__(self, weight):
        self.weight = jt.array(weight)

    def execute(self, c, d):
        return (self.weight * c + self.weight * self.weight * d).sum()


def random_case(rng, shape, axes):
    case = {key: to_f4(rng.normal(size=shape)) for key in ("weight", "v", "c", "d")}
    return dict(case, axes=np.array(axes, dtype=np.int32).reshape(-1))


def perturbed_g(rng, shape):
    """Between 0.5 and 2 in size, of either sign."""
    return to_f4(rng.uniform(0.5, 2, size=shape) * rng.choice([-1, 1], size=shape))


def gradients(loss, net):
    return jt.grad(loss, [net.weight_g, net.weight_v])


def weight_norm_case(rng, shape, axes):
    case = random_case(rng, shape, axes)
    net = weight_norm(Weighted(case["weight"]), "weight", axes)
    case["applied_g"] = net.weight_g.numpy()
    case["g"] = perturbed_g(rng, net.weight_g.shape)
    net.weight_g, net.weight_v = jt.array(case["g"]), jt.array(case["v"])
    loss = net(jt.array(case["c"]), jt.array(case["d"]))
    dg, dv = gradients(loss, net)
    ddg, ddv = gradients(dg.sqr().sum() + dv.sqr().sum(), net)
    results = dict(w=net.weight, loss=loss, dg=dg, dv=dv, ddg=ddg, ddv=ddv)
    case.update({key: value.numpy() for key, value in results.items()})
    check_closed_form(case)
    return case


def check_closed_form(case):
    """Stops when Jittor's first gradients are not those at the perturbed g and v."""
    g, v, c, d = (case[key].astype(np.float64) for key in "gvcd")
    axes = tuple(case["axes"]) or None
    total = lambda array: array.sum(axis=axes, keepdims=True)
    n = np.sqrt(total(v * v))
    w = v * (g / n)
    dw = c + 2 * w * d
    expected = dict(w=w, dg=total(dw * v) / n, dv=g / n * (dw - v * total(dw * v) / n**2))
    for key, value in expected.items():
        np.testing.assert_allclose(case[key], value, rtol=1e-4, atol=1e-5, err_msg=key)


def weight_norm_fixture():
    rng = np.random.RandomState(1)
    cases = [weight_norm_case(rng, shape, axes) for shape, lists in AXES.items() for axes in lists]
    arrays = {f"case{i:02}.{key}": value for i, case in enumerate(cases) for key, value in case.items()}
    return dict(arrays, cases=np.int32([len(cases)]))


# ------------------------------------------------------------------------------------------ initial weights

SEEDS = [42, 1234, 90000171]
NETS = {
    "plain": lambda: nn.Sequential(nn.Linear(3, 4), nn.Conv(2, 3, 3), nn.Linear(4, 2)),
    "grouped": lambda: nn.Sequential(nn.Conv(4, 6, 3, padding=1, groups=2), nn.Linear(5, 3, bias=False)),
    "single": lambda: nn.Sequential(nn.Linear(7, 1), nn.Linear(1, 1)),
}


def initial_weights(seed, net):
    weights = seeded(seed, NETS[net]).state_dict().items()
    return {f"{net}_seed{seed}.{name}": value.numpy() for name, value in weights}


LITERALS = r'((?:"[^"]*"\s*)+),\s'
DRAW = re.compile(r'^(?:DRAW|NEAR)\("(.*?)",\s+' + LITERALS, re.M)


def cases_of(file, pattern):
    """The groups of each match; the last one is Python in one literal or several."""
    text = (Path(__file__).resolve().parent / file).read_text()
    joined = lambda literals: "".join(re.findall(r'"([^"]*)"', literals))
    return [(*rest, joined(literals)) for *rest, literals in pattern.findall(text)]


def made(f, shape, *args):
    w = jt.zeros(shape)
    f(w, *args)
    return w


def init_cases():
    """What each line of init_cases.def gives behind the seed 9."""
    names = {"jt": jt, "np": np, "init": jt.init, "made": made}
    arrays = {}
    for name, expression in cases_of("init_cases.def", DRAW):
        jt.sync_all()
        jt.set_global_seed(9)
        arrays["case." + name] = eval(expression, names).numpy()
    return dict(arrays, cases=np.int32([len(arrays)]))


def init_fixture():
    arrays = {"seeds": np.int32(SEEDS), **init_cases()}
    for seed in SEEDS:
        for net in NETS:
            arrays.update(initial_weights(seed, net))
    return arrays


# ----------------------------------------------------------------------------------- optimizers, schedulers

OPTIM = re.compile(r'^OPTIM\("(.*?)", "(\w+)",\s+' + LITERALS, re.M)
RATES = re.compile(r'^RATES\("(.*?)", "(\w+)",\s+' + LITERALS, re.M)


def optimized(how, expression, targets):
    a, b = jt.array(to_f4([1, -2, 0.5])), jt.array(to_f4([[0.3, -1], [2, 0.7]]))
    opt = eval(expression, {"jt": jt, "nn": nn, "a": a, "b": b})

    def loss(row):
        near = ((a - row[:3]).sqr() * jt.array(to_f4([1, 3, 0.2]))).sum()
        return near + (a.sqr().sum() * (b - row[3:].reshape(2, 2)).sqr()).sum() * 0.1

    rows = []
    for k, row in enumerate(targets):
        row = jt.array(row)
        if how == "step":
            opt.step(loss(row))
        else:
            opt.backward(loss(row))
            if how == "accumulate":
                opt.backward(loss(row * 0.5))
            else:
                opt.clip_grad_norm(0.5)
            opt.step()
        if k % 10 == 9:
            rows.append([*a.numpy(), *b.numpy().reshape(-1)])
    return to_f4(rows)


def rates(how, expression, losses):
    a, b = jt.array(to_f4([1, 2])), jt.array(to_f4([3]))
    opt = nn.SGD([{"params": [a]}, {"params": [b], "lr": 0.5}], 1.0)
    scheduler = eval(expression, {"jt": jt, "opt": opt})
    rows = []
    for loss in losses:
        scheduler.step(*([float(loss)] if how == "loss" else []))
        rows.append([opt.lr, *(group.get("lr", -1) for group in opt.param_groups)])
    return to_f4(rows)


def optim_fixture():
    rng = np.random.RandomState(6)
    targets = to_f4(rng.normal(size=(100, 7)))
    losses = to_f4(np.maximum(0.3, 1 - 0.03 * np.arange(100)) + 0.04 * rng.normal(size=100))
    arrays = {name: optimized(*case, targets) for name, *case in cases_of("optim_cases.def", OPTIM)}
    arrays.update({name: rates(*case, losses) for name, *case in cases_of("optim_cases.def", RATES)})
    return dict(arrays, targets=targets, losses=losses, cases=np.int32([len(arrays)]))


LAYERS = {
    "embedded": lambda: nn.Sequential(nn.Embedding(5, 3), nn.Embedding(1, 1), nn.Embedding(4, 2, 1), nn.Linear(2, 3)),
    "attended": lambda: nn.Sequential(MultiheadAttention(4, 2, add_bias_kv=True),
                                      MultiheadAttention(4, 2, bias=False, kdim=3, vdim=5), nn.Linear(2, 3)),
    "convolved": lambda: nn.Sequential(nn.Conv1d(4, 6, 3, groups=2), nn.Conv3d(2, 3, (1, 2, 3)),
                                       nn.ConvTranspose(4, 6, (3, 2), groups=2), nn.ConvTranspose3d(3, 2, 2),
                                       nn.Conv1d(2, 1, 1)),
    "rectified": lambda: nn.Sequential(nn.PReLU(3, 0.1), nn.Conv(3, 2, 2), nn.PReLU()),
}


def layers_fixture():
    return {"seeds": np.int32(SEEDS), **{f"{name}_seed{seed}.{key}": value.numpy() for seed in SEEDS
            for name, build in LAYERS.items() for key, value in seeded(seed, build).state_dict().items()}}


# ---------------------------------------------------------------------------------------------------- data

class Shapes(Dataset):
    """22 items: a Var, an integer, a float."""
    def __init__(self, **attrs):
        super().__init__()
        self.set_attrs(total_len=22, **attrs)

    def __getitem__(self, k):
        return jt.array(to_f4([k, k * k])), k % 5, k / 4


def sampled(sampler, *args):
    data = Shapes()
    sampler(data, *args)
    return data


def rows_of_vars():
    return TensorDataset(jt.array(to_f4(np.arange(22).reshape(11, 2))), jt.array(np.arange(11, dtype=np.int32)))


DATASETS = {
    "plain": Shapes,
    "shuffled": lambda: Shapes(batch_size=4, shuffle=True),
    "dropped": lambda: Shapes(batch_size=4, shuffle=True, drop_last=True),
    "one_left": lambda: Shapes(batch_size=7, shuffle=True),
    "sequential": lambda: sampled(SequentialSampler),
    "random": lambda: sampled(RandomSampler),
    "replaced": lambda: sampled(RandomSampler, True, 30),
    "subset": lambda: sampled(SubsetRandomSampler, (3, 17)),
    "rows": lambda: rows_of_vars().set_attrs(batch_size=5, shuffle=True),
}


def epoch_of(data, left_after=None):
    return [[value.numpy() for value in batch] for batch in islice(data, left_after)]


def batches_of(name, epochs):
    whole = {f"{name}.{e}.{b}.{k}": value for e, epoch in enumerate(epochs)
             for b, batch in enumerate(epoch) for k, value in enumerate(batch)}
    return dict(whole, **{f"{name}.batches": np.int32([len(epoch) for epoch in epochs])})


def orders_of(sampler, *args):
    data = Shapes()
    data.set_attrs(total_len=1000)
    sampler = sampler(data, *args)
    return np.int32([list(sampler), list(sampler)])


def dataset_fixture():
    arrays = {"cases": np.int32([len(DATASETS)])}
    for name, build in DATASETS.items():
        jt.set_global_seed(9)
        data = build()
        arrays.update(batches_of(name, [epoch_of(data), epoch_of(data)]))
    data = Shapes(batch_size=4, shuffle=True)
    arrays.update(batches_of("left", [epoch_of(data, 2), epoch_of(data)]))
    jt.set_global_seed(9)
    arrays["random_order"] = orders_of(RandomSampler)
    arrays["replaced_order"] = orders_of(RandomSampler, True, 300)
    arrays["subset_order"] = orders_of(SubsetRandomSampler, (100, 900))
    for drop_last in (False, True):
        batches = list(BatchSampler(RandomSampler(Shapes()), 5, drop_last))
        arrays[f"batch_sampler.{drop_last}"] = np.int32([batch + [-1] * (5 - len(batch)) for batch in batches])
    return arrays


# -------------------------------------------------------------------------------------------------- images

# Gray, gray and opacity, colours, colours and opacity; smooth ones and noise.
CHANNELS = {"L": (), "LA": (2,), "RGB": (3,), "RGBA": (4,)}
RESIZED = [(11, 13), (3, 4), (14, 18), (11, 5), (40, 13), (1, 1), (30, 2), (2, 20)]
CROPPED = [4, 7, (3, 11), 12, (20, 5)]
TRANSFORMED = {
    "to_tensor": transform.ToTensor(),
    "gray": transform.Gray(),
    "normalize": transform.ImageNormalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
    "normalize_one": transform.ImageNormalize([0.5], [0.25]),
    "normalize_tensor": transform.Compose([transform.ToTensor(),
                                           transform.ImageNormalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])]),
}


def seeded_image(mode):
    noise = np.random.RandomState(len(mode)).randint(0, 256, (11, 13, *CHANNELS[mode])).astype(np.uint8)
    noise[:4] = (np.arange(noise[:4].size).reshape(noise[:4].shape) % 256).astype(np.uint8)
    return noise


def image_of(pixels):
    return Image.fromarray(pixels)


def sized(size):
    return "x".join(map(str, np.ravel(size)))


class Pictures(Dataset):
    """Ten images of 9 by 10."""
    def __init__(self, pipeline):
        super().__init__()
        self.pipeline = transform.Compose(pipeline)
        self.set_attrs(total_len=10, batch_size=4, shuffle=True)
        self.images = np.random.RandomState(3).randint(0, 256, (10, 9, 10, 3)).astype(np.uint8)

    def __getitem__(self, k):
        return self.pipeline(image_of(self.images[k])), k


PIPELINES = {
    "flips": [transform.RandomHorizontalFlip(), transform.RandomVerticalFlip(0.3), transform.ToTensor()],
    "crops": [transform.RandomCrop((6, 10)), transform.RandomHorizontalFlip(0.7), transform.ToTensor()],
    "resized": [transform.Resize(8), transform.RandomCrop(5), transform.ImageNormalize([0.5], [0.5])],
    "parts": [transform.RandomCropAndResize((5, 6)), transform.RandomHorizontalFlip(), transform.ToTensor()],
    "wide": [transform.RandomCropAndResize((4, 4), (0.9, 1.0), (3, 4)), transform.ToTensor()],
    "high": [transform.RandomCropAndResize((4, 4), (0.9, 1.0), (0.1, 0.2)), transform.ToTensor()],
}
GRIDS = {
    "plain": {},
    "two": dict(nrow=2, padding=1),
    "bare": dict(nrow=3, padding=0),
    "padded": dict(nrow=4, pad_value=1),  # 0.5 does not compile
    "normalized": dict(nrow=5, normalize=True),
    "ranged": dict(nrow=5, normalize=True, range=(-1, 2)),
}


def saved_grid(x, **options):
    with io.BytesIO() as file:
        jt.save_image(x, file, format="png", **options)
        return np.array(Image.open(file))


def transform_fixture():
    arrays = {}
    for mode in CHANNELS:
        pixels = seeded_image(mode)
        arrays[f"image.{mode}"] = pixels
        for size in RESIZED:
            arrays[f"resized.{mode}.{sized(size)}"] = np.array(transform.Resize(size)(image_of(pixels)))
    pixels = seeded_image("RGB")
    arrays.update({f"cropped.{sized(size)}": np.array(transform.CenterCrop(size)(image_of(pixels))) for size in CROPPED})
    arrays.update({name: np.asarray(f(image_of(pixels))) for name, f in TRANSFORMED.items()})
    for name, pipeline in PIPELINES.items():
        jt.set_global_seed(9)
        data = Pictures(pipeline)
        arrays.update(batches_of(name, [epoch_of(data), epoch_of(data)]))
    arrays["pictures"] = data.images
    x = to_f4(np.random.RandomState(4).uniform(-0.2, 1.2, (5, 3, 4, 6)))
    arrays["grid.images"] = x
    for name, options in GRIDS.items():
        arrays[f"grid.{name}"] = jt.make_grid(jt.array(x), **options).numpy()
        arrays[f"saved.{name}"] = saved_grid(jt.array(x), **options)
    return arrays


def png_chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


ADAM7 = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]


def png_file(pixels, depth, kind, interlaced=False, extra=b""):
    """pixels as rows of big-endian values; depth below 8 of one channel."""
    def line(row):
        if depth < 8:
            bits = "".join(format(int(x), f"0{depth}b") for x in row.ravel())
            return b"\0" + bytes(int(bits[k:k + 8].ljust(8, "0"), 2) for k in range(0, len(bits), 8))
        return b"\0" + row.astype(f">u{depth // 8}").tobytes()
    parts = [pixels[y::dy, x::dx] for y, x, dy, dx in ADAM7] if interlaced else [pixels]
    lines = b"".join(line(row) for part in parts if part.size for row in part)
    header = struct.pack(">IIBBBBB", pixels.shape[1], pixels.shape[0], depth, kind, 0, 0, interlaced)
    return (b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + extra + png_chunk(b"IDAT", zlib.compress(lines, 9))
            + png_chunk(b"IEND", b""))


def png_files():
    def random(high, *shape):
        return np.random.RandomState(5).randint(0, high, shape)
    gamma = png_chunk(b"gAMA", struct.pack(">I", 100000))
    colours = png_chunk(b"PLTE", random(256, 16, 3).astype(np.uint8).tobytes())
    opacity = png_chunk(b"tRNS", bytes(range(0, 160, 10)))
    yield "gray", "L", png_file(random(256, 5, 7), 8, 0)
    yield "gray1", "L", png_file(random(2, 5, 11), 1, 0)
    yield "gray2", "L", png_file(random(4, 5, 7), 2, 0)
    yield "gray4", "L", png_file(random(16, 5, 7), 4, 0)
    yield "gray_opacity", "LA", png_file(random(256, 5, 7, 2), 8, 4)
    yield "colours", "RGB", png_file(random(256, 5, 7, 3), 8, 2, extra=gamma)
    yield "colours16", "RGB", png_file(random(65536, 5, 7, 3), 16, 2)
    yield "colours_opacity", "RGBA", png_file(random(256, 5, 7, 4), 8, 6)
    yield "palette", "RGB", png_file(random(16, 5, 7), 4, 3, extra=colours)
    yield "palette_opacity", "RGBA", png_file(random(16, 5, 7), 8, 3, extra=colours + opacity)
    yield "interlaced", "RGB", png_file(random(256, 11, 13, 3), 8, 2, interlaced=True)
    yield "interlaced1", "L", png_file(random(2, 9, 10), 1, 0, interlaced=True)


def png_fixture():
    arrays = {}
    for name, mode, data in png_files():
        arrays[f"{name}.file"] = np.frombuffer(data, np.uint8)
        arrays[f"{name}.pixels"] = np.array(Image.open(io.BytesIO(data)).convert(mode))
    gray16 = np.random.RandomState(6).randint(0, 65536, (4, 3))
    arrays["gray16.file"] = np.frombuffer(png_file(gray16, 16, 0), np.uint8)
    arrays["gray16.pixels"] = (gray16 >> 8).astype(np.uint8)
    return arrays


# ------------------------------------------------------------------------- functions of one and two numbers

ROW = re.compile(r"^[A-Z]+\((\w+), .*, (\S+), (\S+), (\w+)\)", re.M)
ROWS = Path(__file__).resolve().parent.parent / "autograd"
JITTOR_NAMES = {"neg": "negative", "sub": "subtract", "mul": "multiply", "div": "divide", "atan2": "arctan2"}


# Jittor's -Ofast makes 1.875 % 0.625 0.625; its // cuts floats to integers first, and dies of 1 // 0.75.
NOT_ASKED = {"mod", "floor_divide"}


def jittor_function(name):
    name = JITTOR_NAMES.get(name, name)
    return None if name in NOT_ASKED else getattr(jt, name, None) or getattr(nn, name, None)


def row_case(f, inputs, makes):
    inputs = [jt.array(to_f4(x)) for x in inputs]
    result = f(*inputs)
    gradients = jt.grad(result.sum(), inputs) if makes in ("floats", "kept") else []
    return to_f4([row.numpy() for row in [*inputs, result, *gradients]])


def rows_fixture(file, inputs):
    """inputs(low, high) are those of each function."""
    cases = {}
    for name, low, high, makes in ROW.findall((ROWS / file).read_text()):
        if f := jittor_function(name):
            cases[name] = row_case(f, inputs(float(low), float(high)), makes)
        else:
            print("Jittor is not asked for", name)
    return dict(cases, rows=np.int32([len(cases)]))


def unary_fixture():
    return rows_fixture("unary_rows.def", lambda low, high: [np.linspace(low, high, 25)])


def binary_fixture():
    """In the middle both are equal."""
    return rows_fixture("binary_rows.def", lambda low, high: [np.linspace(low, high, 25), np.linspace(high, low, 25)])


# -------------------------------------------------------------------------------------- cases with arguments

CASES = (Path(__file__).resolve().parent / "cases.def").read_text()
INPUT = re.compile(r'^INPUT\((\w+), "(.*)"\)$', re.M)
CASE = re.compile(r'^(?:CASE|DIFFERS)\("(.*?)",\s+' + LITERALS, re.M)
NO_NAME = re.compile(r'^SKIPPED\("(\w+)", "no such name"\)$', re.M)
DTYPES = ["bool", "uint8", "int32", "int64", "float32", "float64"]


def narrow(array):
    array = np.asarray(array)
    return to_f4(array) if array.dtype == np.float64 else array


def case_inputs():
    rng = np.random.RandomState(5)
    return {name: narrow(eval(numbers, {"np": np, "rng": rng})) for name, numbers in INPUT.findall(CASES)}


def weighted(layer, weight):
    layer.weight = weight
    return layer


def normed(layer, dim, g, v, name="weight"):
    weight_norm(layer, name, dim)
    setattr(layer, name + "_g", g)
    setattr(layer, name + "_v", v)
    return layer


def written(x, places, value):
    y = x.clone()
    y[places] = value
    return y


def flat(results):
    return [results] if isinstance(results, jt.Var) else [x for result in results for x in flat(result)]


def weighted_sum(results):
    """Of the floats; no two neighbours weigh the same."""
    weights = lambda x: jt.array(to_f4(np.arange(x.numel()) * 7 % 5 - 1.75).reshape(x.shape))
    return sum(((x * weights(x)).sum() for x in results), jt.zeros(1))


NAMES = {"jt": jt, "nn": nn, "np": np, "attention": jt.attention,
         "weighted": weighted, "normed": normed, "written": written}


def ask(expression, arrays):
    """What Jittor answers, and for each float that it was asked of the gradient, by place of the input."""
    jt.sync_all()
    jt.set_global_seed(9)
    inputs = {name: jt.array(array) for name, array in arrays.items()}
    code = compile(expression, expression, "eval")
    results = flat(eval(code, {**NAMES, **inputs}))
    numbers = [result.numpy() for result in results]
    places = [k for k, x in enumerate(inputs) if x in code.co_names and "float" in str(arrays[x].dtype)]
    floats = [result for result in results if "float" in str(result.dtype)]
    if not places or not floats:
        return numbers, {}
    gradients = jt.grad(weighted_sum(floats), [list(inputs.values())[k] for k in places])
    return numbers, dict(zip(places, (gradient.numpy() for gradient in gradients)))


def pack(results, gradients):
    """One row: how many results, each as its dtype, rank, extents and numbers; gradients as the input's place before."""
    whole = lambda x: [DTYPES.index(str(x.dtype)), x.ndim, *x.shape, *x.reshape(-1)]
    row = [len(results), *(number for x in results for number in whole(x))]
    return to_f4([*row, *(number for k, x in gradients.items() for number in [k, *whole(x)])])


def ops_fixture():
    for name in NO_NAME.findall(CASES):
        if any(hasattr(place, name) for place in (jt, jt.Var, nn)):
            print(f"cases.def: Jittor has {name}", file=sys.stderr)
    inputs = case_inputs()
    rows = {name: pack(*ask(expression, inputs)) for name, expression in cases_of("cases.def", CASE)}
    return dict(inputs, **rows, cases=np.int32([len(rows)]))


FIXTURES = {
    "weight_norm": weight_norm_fixture,
    "init": init_fixture,
    "optim": optim_fixture,
    "layers": layers_fixture,
    "dataset": dataset_fixture,
    "transform": transform_fixture,
    "png": png_fixture,
    "unary": unary_fixture,
    "binary": binary_fixture,
    "ops": ops_fixture,
    **{"train_" + name: partial(recorded, *row) for name, row in TRAININGS.items()},
}


def main(folder, names):
    folder.mkdir(parents=True, exist_ok=True)
    for name in names or FIXTURES:
        save(folder, name, FIXTURES[name]())


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
