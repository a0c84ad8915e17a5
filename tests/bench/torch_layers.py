"""PyTorch's side of bench_layers.cpp: trainings with the layers of every day, and layers alone, forward and backward."""
import torch
from torch import nn
from torch.nn import functional as F


class LastOf(nn.Module):
    """The last output of a recurrent layer, to ten classes."""

    def __init__(self, recurrent):
        super().__init__()
        self.recurrent, self.last = recurrent, nn.Linear(128, 10)

    def forward(self, x):
        return self.last(self.recurrent(x)[0][-1])


def bn_cnn():
    blocks = [layer for width in (3, 32, 32)
              for layer in (nn.Conv2d(width, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU())]
    return nn.Sequential(*blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 10)), torch.rand(32, 3, 16, 16)


def recurrent(kind):
    return LastOf(kind(64, 128)), torch.rand(32, 16, 64)


def backward(f, x, learn):
    """Forward, and the gradients of a weighted sum."""
    weights = torch.rand_like(f(x))
    return lambda: torch.autograd.grad((f(x) * weights).sum(), learn)


def layer(net, *shape):
    x = torch.rand(shape, requires_grad=True)
    return backward(net, x, [*net.parameters(), x])


def embedding(words, size, read):
    net = nn.Embedding(words, size)
    return backward(net, torch.randint(0, words, (read,)), [net.weight])


def softmax(*shape):
    x = torch.rand(shape, requires_grad=True)
    return backward(lambda x: F.softmax(x, 1), x, [x])


NETS = {
    "bn_cnn": bn_cnn,
    "lstm": lambda: recurrent(nn.LSTM),
    "gru": lambda: recurrent(nn.GRU),
}
LAYERS = {
    "layer_norm_toy": lambda: layer(nn.LayerNorm(64), 32, 64),
    "layer_norm": lambda: layer(nn.LayerNorm(512), 2048, 512),
    "batch_norm_toy": lambda: layer(nn.BatchNorm2d(8), 16, 8, 8, 8),
    "batch_norm": lambda: layer(nn.BatchNorm2d(32), 64, 32, 28, 28),
    "embedding_toy": lambda: embedding(100, 16, 64),
    "embedding": lambda: embedding(10_000, 256, 4096),
    "softmax_toy": lambda: softmax(32, 10),
    "softmax": lambda: softmax(1024, 1000),
}
