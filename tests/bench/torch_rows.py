"""PyTorch's side of rows.def: a function for each of the table's."""
import torch
from torch import nn
from torch.nn import functional as F

LEARNING_RATE = 0.01


class Work:
    """What a ROW is made of: a forward pass, and what learns in it."""

    def __init__(self, forward, learn):
        self.forward, self.learn = forward, learn


def time_forward(timer, work):
    timer(work.forward)


def time_backward(timer, work):
    weights = torch.rand_like(work.forward())
    timer(lambda: torch.autograd.grad((work.forward() * weights).sum(), work.learn))


# Steps. Where a work may be written in several ways, each is timed: the fastest counts.


def chain(timer, size, links, recorded):
    x = torch.linspace(-1, 1, size, requires_grad=True)

    def step():
        y = x
        for _ in range(links):
            y = torch.tanh(y) * 1.01
        return torch.autograd.grad(y.sum(), x, create_graph=recorded)

    timer(step)


def images(*shape):
    return torch.rand(shape) * 2 - 1


def with_sgd(parameters):
    optimizer = torch.optim.SGD(parameters, lr=LEARNING_RATE)

    def update():
        optimizer.step()
        optimizer.zero_grad()

    return update


def with_plain_loop(parameters):
    @torch.no_grad()
    def update():
        for p in parameters:
            p -= LEARNING_RATE * p.grad
            p.grad = None

    return update


def time_training(timer, net, x):
    labels = torch.arange(len(net(x))) % 10
    for make_update in with_sgd, with_plain_loop:
        update = make_update(list(net.parameters()))

        def step():
            F.cross_entropy(net(x), labels).backward()
            update()

        timer(step)


def mlp(timer, inputs, hidden, outputs, batch, weight_norm):
    norms = nn.utils.weight_norm, nn.utils.parametrizations.weight_norm
    for norm in norms if weight_norm else [lambda layer: layer]:
        net = nn.Sequential(norm(nn.Linear(inputs, hidden)), nn.ReLU(), norm(nn.Linear(hidden, outputs)))
        time_training(timer, net, images(batch, inputs))


def deep(timer, width, layers, batch):
    net = nn.Sequential(*(layer for _ in range(layers) for layer in (nn.Linear(width, width), nn.ReLU())))
    time_training(timer, net, images(batch, width))


def lenet(timer, batch):
    net = nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))
    time_training(timer, net, images(batch, 1, 28, 28))


def bn_cnn(timer, batch):
    blocks = [layer for width in (3, 32, 32)
              for layer in (nn.Conv2d(width, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU())]
    net = nn.Sequential(*blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 10))
    time_training(timer, net, torch.rand(batch, 3, 16, 16))


class LastOf(nn.Module):
    """The last output of a recurrent layer, to ten classes."""

    def __init__(self, recurrent):
        super().__init__()
        self.recurrent, self.last = recurrent, nn.Linear(128, 10)

    def forward(self, x):
        return self.last(self.recurrent(x)[0][-1])


def lstm(timer, steps, batch):
    time_training(timer, LastOf(nn.LSTM(64, 128)), torch.rand(steps, batch, 64))


def gru(timer, steps, batch):
    time_training(timer, LastOf(nn.GRU(64, 128)), torch.rand(steps, batch, 64))


class AttentionBlock(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(64, 4, batch_first=True)
        self.norm, self.last = nn.LayerNorm(64), nn.Linear(64, 10)

    def forward(self, x):
        return self.last(self.norm(x + self.attention(x, x, x, need_weights=False)[0]).mean(1))


def attention(timer, batch, steps):
    time_training(timer, AttentionBlock(), torch.rand(batch, steps, 64))


def infer(timer, batch):
    net = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10))
    x = images(batch, 784)
    with torch.no_grad():
        timer(lambda: net(x))


def time_updates(timer, size, make):
    """Updates alone, in each of the ways that a PyTorch has."""
    for way in {"foreach": False}, {"foreach": True}, {"fused": True}:
        p = images(size).requires_grad_()
        p.grad = 2 * p.detach()
        try:
            step = make([p], **way).step
            step()
        except (RuntimeError, TypeError):
            continue
        timer(step)


def sgd_momentum(timer, size):
    time_updates(timer, size, lambda p, **way: torch.optim.SGD(p, lr=1e-4, momentum=0.9, **way))


def adam(timer, size):
    time_updates(timer, size, lambda p, **way: torch.optim.Adam(p, lr=1e-4, **way))


def adamw(timer, size):
    time_updates(timer, size, lambda p, **way: torch.optim.AdamW(p, lr=1e-4, **way))


def rmsprop(timer, size):
    time_updates(timer, size, lambda p, **way: torch.optim.RMSprop(p, lr=1e-4, **way))


# Layers.


def of(f, *inputs):
    for x in inputs:
        x.requires_grad_()
    return Work(lambda: f(*inputs), list(inputs))


def layer(net, *shape):
    work = of(net, torch.rand(shape))
    return Work(work.forward, [*net.parameters(), *work.learn])


def conv(batch, inputs, outputs, kernel, stride, groups, side):
    net = nn.Conv2d(inputs, outputs, kernel, stride=stride, padding=kernel // 2, groups=groups)
    return layer(net, batch, inputs, side, side)


def layer_norm(rows, columns):
    return layer(nn.LayerNorm(columns), rows, columns)


def batch_norm(batch, channels, side):
    return layer(nn.BatchNorm2d(channels), batch, channels, side, side)


def embedding(words, size, read):
    net, x = nn.Embedding(words, size), torch.randint(0, words, (read,))
    return Work(lambda: net(x), [net.weight])


# Ops of tensors that are drawn.


def max_pool(batch, channels, side, kernel, stride, padding):
    return of(lambda x: F.max_pool2d(x, kernel, stride, padding), torch.rand(batch, channels, side, side))


def mean_pool(batch, channels, side, kernel, stride, padding):
    return of(lambda x: F.avg_pool2d(x, kernel, stride, padding), torch.rand(batch, channels, side, side))


def matmul(n, k, m):
    return of(torch.matmul, torch.rand(n, k), torch.rand(k, m))


def matmul_nt(n):
    return of(lambda x, y: x @ y.t(), torch.rand(n, n), torch.rand(n, n))


def matmul_tn(n):
    return of(lambda x, y: x.t() @ y, torch.rand(n, n), torch.rand(n, n))


def matmul_f64(n):
    return of(torch.matmul, torch.rand(n, n, dtype=torch.float64), torch.rand(n, n, dtype=torch.float64))


def bmm(batch, n):
    return of(torch.bmm, torch.rand(batch, n, n), torch.rand(batch, n, n))


def matvec(n):
    return of(torch.mv, torch.rand(n, n), torch.rand(n))


def rand(size):
    return Work(lambda: torch.rand(size), [])


def randn(size):
    return Work(lambda: torch.randn(size), [])


def matrix(rows, columns):
    """In [0.1, 1.1), so that every function has a value."""
    return torch.rand(rows, columns) + 0.1


def of_one(f):
    return lambda rows, columns: of(f, matrix(rows, columns))


def of_two(f):
    return lambda rows, columns: of(f, matrix(rows, columns), matrix(rows, columns))


dropout = of_one(F.dropout)
power3 = of_one(lambda x: x ** 3)
power2_5 = of_one(lambda x: x ** 2.5)
mul_scalar = of_one(lambda x: x * 1.01)
cast_int = of_one(lambda x: x.int())
tanh = of_one(torch.tanh)
exp = of_one(torch.exp)
log = of_one(torch.log)
sqrt = of_one(torch.sqrt)
abs = of_one(torch.abs)
sigmoid = of_one(torch.sigmoid)
relu = of_one(F.relu)
leaky_relu = of_one(F.leaky_relu)
elu = of_one(F.elu)
gelu = of_one(F.gelu)
silu = of_one(F.silu)
mish = of_one(F.mish)
softplus = of_one(F.softplus)
hardtanh = of_one(F.hardtanh)
sum0 = of_one(lambda x: x.sum(0))
sum1 = of_one(lambda x: x.sum(1))
sum_all = of_one(torch.sum)
mean_all = of_one(torch.mean)
max0 = of_one(lambda x: x.amax(0))
max1 = of_one(lambda x: x.amax(1))
# Where PyTorch would give a view, it is asked for the numbers.
transpose = of_one(lambda x: x.t().contiguous())
slice_columns = of_one(lambda x: x[:, 1:].contiguous())
slice_step2 = of_one(lambda x: x[:, ::2].contiguous())
softmax = of_one(lambda x: x.softmax(1))
add = of_two(torch.add)
mul = of_two(torch.mul)
div = of_two(torch.div)
concat0 = of_two(lambda x, y: torch.cat([x, y], 0))
concat1 = of_two(lambda x, y: torch.cat([x, y], 1))


def row_add(rows, columns):
    return of(torch.add, torch.rand(rows, columns), torch.rand(columns))


def column_add(rows, columns):
    return of(torch.add, torch.rand(rows, columns), torch.rand(rows, 1))


def column_mul(rows, columns):
    return of(torch.mul, torch.rand(rows, columns), torch.rand(rows, 1))


def outer_add(rows, columns):
    return of(torch.add, torch.rand(rows, 1), torch.rand(1, columns))


def sum_middle(*shape):
    return of(lambda x: x.sum(1), torch.rand(shape))


def permute(*shape):
    return of(lambda x: x.permute(0, 2, 3, 1).contiguous(), torch.rand(shape))


def cross_entropy(rows, columns):
    labels = torch.arange(rows) % 10
    return of(lambda x: F.cross_entropy(x, labels), torch.rand(rows, columns))
