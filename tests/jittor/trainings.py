"""Seeded trainings, each said once here for Jittor and once in test_trainings.cpp for minijt.

TRAININGS has a row for each: a seed, what builds the net behind it, the batch (x, y), and what learns from it, step by
step. A fixture holds seed and batch, parameters and buffers at start and end, the losses before each step, and what the
net gives for x in eval mode at the end.
"""
import numpy as np
import jittor as jt
from jittor import nn
from jittor.attention import MultiheadAttention
from jittor.weightnorm import weight_norm

STEPS = 50
STRIDE = 37


def to_f4(array):
    return np.asarray(array, dtype=np.float32)


def seeded(seed, build):
    """What is still undrawn must not draw from the new stream, hence the sync before the seed."""
    jt.sync_all()
    jt.set_global_seed(seed)
    net = build()
    jt.sync_all()
    return net


# --------------------------------------------------------------------------------------------------- batches


def points():
    """32 points, each labelled by the largest of four random projections."""
    rng = np.random.RandomState(2)
    x = to_f4(rng.normal(size=(32, 12)))
    return x, np.int32((x @ rng.normal(size=(12, 4))).argmax(1))


def images():
    """Eight 28x28 images of noise within -0.5 and 0.5, each of another class."""
    rng = np.random.RandomState(3)
    x = rng.randint(0, 256, size=(8, 1, 28, 28)) / 256 - 0.5
    return to_f4(x), np.int32(range(8))


def pictures():
    """Sixteen 12x12 pictures of noise in four classes, each with a bright quarter."""
    rng = np.random.RandomState(4)
    x, y = rng.normal(size=(16, 1, 12, 12)), np.arange(16) % 4
    for picture, label in zip(x, y):
        picture[0, 6 * (label // 2):, 6 * (label % 2):][:6, :6] += 1
    return to_f4(x), np.int32(y)


def sequences():
    """Sixteen sequences of seven steps, each labelled by the largest of three sums."""
    x = np.random.RandomState(5).normal(size=(7, 16, 6))
    return to_f4(x), np.int32(x.sum(0)[:, :3].argmax(1))


def sentences():
    """Sixteen sentences of seven out of twenty words, each labelled by its largest word modulo four."""
    x = np.random.RandomState(6).randint(0, 20, size=(16, 7))
    return np.int32(x), np.int32(x.max(1) % 4)


def blobs():
    """Four noisy 16x16 pictures, each with the square that is hidden in it."""
    rng = np.random.RandomState(7)
    y = np.zeros((4, 1, 16, 16))
    for k, square in enumerate(y):
        square[0, 2 * k + 1:, 8 - k:][:6, :6] = 1
    return to_f4(y + 0.5 * rng.normal(size=y.shape)), to_f4(y)


def ring():
    """32 points on a circle."""
    angles = np.arange(32) * (np.pi / 16)
    return (to_f4(np.stack([np.cos(angles), np.sin(angles)], 1)),)


# ------------------------------------------------------------------------------------------------------ nets


def mlp():
    return nn.Sequential(nn.Linear(12, 24), nn.ReLU(), nn.Linear(24, 4))


def smooth_mlp():
    return nn.Sequential(nn.Linear(12, 24), nn.Tanh(), nn.Linear(24, 4))


def dropout_mlp():
    return nn.Sequential(nn.Linear(12, 24), nn.ReLU(), nn.Dropout(0.3),
                         nn.Linear(24, 16), nn.ReLU(), nn.Dropout(0.3), nn.Linear(16, 4))


def lenet():
    return nn.Sequential(nn.Conv(1, 6, 5, padding=2), nn.ReLU(), nn.Pool(2),
                         nn.Conv(6, 16, 5), nn.ReLU(), nn.Pool(2), nn.Flatten(),
                         nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))


def batchnorm_cnn():
    return nn.Sequential(nn.Conv(1, 6, 3, padding=1), nn.BatchNorm(6), nn.ReLU(), nn.Pool(2),
                         nn.Conv(6, 8, 3), nn.BatchNorm(8), nn.ReLU(), nn.Flatten(), nn.Linear(128, 4))


def norms():
    return nn.Sequential(nn.Conv(1, 4, 3, 2), nn.BatchNorm(4, momentum=0.3), nn.ReLU(), nn.Conv(4, 3, 3),
                         nn.InstanceNorm(3), nn.Flatten(), nn.BatchNorm(27, affine=False), nn.Linear(27, 4))


class Reader(nn.Module):
    """What the last step of a recurrent layer says."""

    def __init__(self, rnn, features):
        self.rnn = rnn
        self.head = nn.Linear(features, 3)

    def execute(self, x):
        return self.head(self.rnn(x)[0][-1])


class Attender(nn.Module):
    """A block of causal attention, and the mean of what it says."""

    def __init__(self):
        self.embed = nn.Linear(6, 8)
        self.attention = MultiheadAttention(8, 2)
        self.norm = nn.LayerNorm(8)
        self.head = nn.Linear(8, 3)

    def execute(self, x):
        x = self.embed(x)
        later = jt.array(np.triu(np.ones((7, 7)), 1) > 0)
        return self.head(self.norm(x + self.attention(x, x, x, attn_mask=later)[0]).mean(0))


class Bag(nn.Module):
    """The mean of embedded words."""

    def __init__(self):
        self.embedding = nn.Embedding(20, 8)
        self.head = nn.Sequential(nn.Linear(8, 16), nn.Tanh(), nn.Linear(16, 4))

    def execute(self, x):
        return self.head(self.embedding(x).mean(1))


def block(channels, out, groups):
    return [nn.Conv(channels, out, 3, padding=1), nn.GroupNorm(groups, out), nn.ReLU()]


class UNet(nn.Module):
    def __init__(self):
        self.down = nn.Sequential(*block(1, 6, 2))
        self.bottom = nn.Sequential(nn.Pool(2), *block(6, 12, 3), nn.Resize((16, 16), "bilinear"))
        self.up = nn.Sequential(*block(18, 6, 2), nn.Conv(6, 1, 1))

    def execute(self, x):
        x = self.down(x)
        return self.up(jt.concat([x, self.bottom(x)], 1))


class Gan(nn.Module):
    def __init__(self):
        self.generator = nn.Sequential(nn.Linear(4, 16), nn.Tanh(), nn.Linear(16, 2))
        self.critic = nn.Sequential(nn.Linear(2, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1))

    def execute(self, x):
        return self.critic(x)


def normalise(net):
    """One norm per output: over the last axis of a Linear's weight, the last three of a Conv's."""
    for layer in net.layers.values():
        if isinstance(layer, nn.Linear):
            weight_norm(layer, "weight", -1)
        elif isinstance(layer, nn.Conv):
            weight_norm(layer, "weight", (1, 2, 3))


# ----------------------------------------------------------------------------------------------------- steps


def by(optimizer, loss=nn.cross_entropy_loss, schedule=None):
    """Steps of one optimizer, and perhaps a scheduler."""
    def start(net):
        opt = optimizer(net.parameters())
        scheduler = schedule and schedule(opt)

        def step(x, y):
            value = loss(net(x), y)
            opt.step(value)
            if scheduler:
                scheduler.step()
            return value.item()
        return step
    return start


def adversaries(net):
    """The critic learns what is real, then the generator what the critic takes for real."""
    critic = nn.Adam(net.critic.parameters(), lr=0.01, betas=(0.5, 0.99))
    generator = nn.Adam(net.generator.parameters(), lr=0.01, betas=(0.5, 0.99))

    def says(x, real):
        return nn.binary_cross_entropy_with_logits(net.critic(x), jt.ones((32, 1)) * real)

    def step(x):
        fake = net.generator(jt.randn(32, 4))
        seen = says(x, 1) + says(fake.detach(), 0)
        critic.step(seen)
        fooled = says(fake, 1)
        generator.step(fooled)
        return [seen.item(), fooled.item()]
    return step


def adam(lr):
    return by(lambda p: nn.Adam(p, lr=lr))


def sgd(lr, **options):
    return by(lambda p: nn.SGD(p, lr=lr, **options))


# ------------------------------------------------------------------------------------------------- recording


def thinned(array):
    """The numbers in order, of more than 1000 only every STRIDE-th: a file need not hold all of LeNet."""
    return array.reshape(-1)[::STRIDE if array.size > 1000 else 1]


def state(net, prefix):
    """All but the weight that g and v give."""
    entries = net.state_dict()
    free = {name: value for name, value in entries.items() if name + "_v" not in entries}
    return {f"{prefix}.{name}": thinned(value.numpy()) for name, value in free.items()}


def recorded(seed, build, batch, learn, prepare=lambda net: None, steps=STEPS):
    """Draws from the stream: the weights in the order of the layers, then what each step draws."""
    batch = batch()
    net = seeded(seed, build)
    prepare(net)
    net.train()
    start = state(net, "start")
    step, given = learn(net), [jt.array(x) for x in batch]
    losses = to_f4([step(*given) for _ in range(steps)])
    arrays = dict(zip("xy", batch), losses=losses, seed=np.int32([seed]), stride=np.int32([STRIDE]))
    arrays.update(start, **state(net, "end"))
    net.eval()
    return dict(arrays, eval=net(given[0]).numpy())


def normed_lstm(net):
    weight_norm(net.rnn, "weight_ih_l0", -1)


TRAININGS = {
    "wn_mlp": (11, mlp, points, sgd(0.05, momentum=0.9, weight_decay=0.001), normalise),
    "adam_dropout": (12, dropout_mlp, points, adam(0.005)),
    "wn_lenet": (13, lenet, images, sgd(0.1, momentum=0.5), normalise),
    "batchnorm_cnn": (21, batchnorm_cnn, pictures, sgd(0.005, momentum=0.9)),
    "norms": (22, norms, pictures, sgd(0.05), lambda net: None, 3),
    "lstm": (23, lambda: Reader(nn.LSTM(6, 12), 12), sequences, adam(0.01)),
    "gru": (24, lambda: Reader(nn.GRU(6, 8, 2, bidirectional=True), 16), sequences, sgd(0.1, momentum=0.9)),
    "wn_lstm": (25, lambda: Reader(nn.LSTM(6, 12), 12), sequences, sgd(0.2, momentum=0.9), normed_lstm),
    "attention": (26, Attender, sequences, adam(0.003)),
    "embedding": (27, Bag, sentences, adam(0.02)),
    "unet": (28, UNet, blobs, by(lambda p: nn.Adam(p, lr=0.003), nn.mse_loss)),
    "gan": (29, Gan, ring, adversaries),
    "adamw": (30, mlp, points, by(lambda p: jt.optim.AdamW(p, lr=0.01, weight_decay=0.1),
                                  schedule=lambda opt: jt.lr_scheduler.CosineAnnealingLR(opt, 40, 0.001))),
    "rmsprop": (31, smooth_mlp, points, by(lambda p: nn.RMSprop(p, lr=0.005),
                                           schedule=lambda opt: jt.lr_scheduler.StepLR(opt, 10, 0.5))),
}
