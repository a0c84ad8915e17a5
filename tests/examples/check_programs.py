"""Runs one of the examples that train and draw, as a person would: check_programs.py PROGRAM [--brief]

Brief, for builds that are slow, is one step and the options.
"""
import functools
import os
import pathlib
import pty
import re
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import xml.etree.ElementTree

PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve()
BRIEF = "--brief" in sys.argv
if BRIEF:
    sys.argv.remove("--brief")
SVG = "{http://www.w3.org/2000/svg}"


class Wanted:
    """A short training that is good enough and a shorter one, what the first prints, within which bounds, and what is
    on its page: the titles of figures, and at least how many of some elements. How the shorter one's last bar begins."""

    def __init__(self, counted, good, few, printed, figures, drawn, last=None):
        self.counted, self.good, self.few = counted, good, few
        self.printed, self.figures, self.drawn = printed, figures, drawn
        self.last = last or f"{few}/{few}"


WANTED = {
    "cgan": Wanted(
        "--steps", 300, 60,
        {r"([\d.]+) % of 1000 drawn digits": (70, 100), r"of real test digits ([\d.]+) %": (95, 100),
         r"differ ([\d.]+) times": (0.7, 1.4)},
        ["Ten digits asked for, a row each", "Loss", "Read as asked for"],
        {"polyline": 2, "image": 1}),
    "char_rnn": Wanted(
        "--steps", 150, 20,
        {r"test loss ([\d.]+) bits": (1.7, 2.4)},
        ["Bits a letter", "What it writes", "What it expects next, of a sentence that it has not seen"],
        {"polyline": 2, "image": 1}),
    "diffusion": Wanted(
        "--steps", 200, 60,
        {r"test loss ([\d.]+)": (0.1, 0.24), r"is ([\d.]+) % sure": (73, 100), r"digit: ([\d.]+) from": (2, 3.8)},
        ["Drawn", "Loss", "Two on their way out of the noise"],
        {"polyline": 2, "image": 2}),
    "gcn": Wanted(
        "--epochs", 200, 50,
        {r"test accuracy ([\d.]+) %": (90, 100), r"\((\d+) of 32 members\)": (29, 32)},
        ["Predicted side", "Loss of the two leaders", "Accuracy"],
        {"circle": 34, "polyline": 3, "line": 78}),
    "mixer": Wanted(
        "--epochs", 6, 2,
        {r"test accuracy ([\d.]+) %": (70, 100)},
        ["Accuracy", "Test images", "What it takes the first ones for, ? where it is wrong"],
        {"polyline": 2, "image": 25}),
    "mnist": Wanted(
        "--epochs", 6, 2,
        {r"([\d.]+) % of the test digits read right": (96, 100), r"\((\d+) of 359\)": (345, 359)},
        ["Loss of a batch", "Right on test digits", "Taken for each other", "Misread"],
        {"polyline": 2, "image": 1}, last="epoch 2: 23/23"),
    "penalty": Wanted(
        "--steps", 800, 60,
        {r"(\d) of 8 modes covered": (8, 8), r"([\d.]+) % of the points near one": (55, 100), r"penalty ([\d.]+)": (0, 0.2)},
        ["Points over the critic's score", "Gradient penalty", "Generated points near a mode"],
        {"circle": 600, "polyline": 2, "image": 1}),
    "seq2seq": Wanted(
        "--steps", 200, 30,
        {r"([\d.]+) % of 500 new numbers": (90, 100)},
        ["Loss", "New numbers without a fault"],
        {"polyline": 2, "image": 1}),
    "transformer": Wanted(
        "--steps", 300, 60,
        {r"([\d.]+) % of 200 new rows sorted": (80, 100)},
        ["Loss", "Rows in order", "Where it looks to write each digit"],
        {"polyline": 2, "image": 1}),
    "vae": Wanted(
        "--epochs", 40, 4,
        {r"test loss ([\d.]+) nats": (20, 25.2), r"([\d.]+) % of the test digits": (58, 95)},
        ["Where the encoder puts the test digits", "What the decoder draws there", "Loss, nats an image"],
        {"text": 300, "polyline": 2, "image": 1}),
}[PROGRAM.name]

FEW = [WANTED.counted, WANTED.few]


def run(*options):
    return subprocess.run([PROGRAM, *map(str, options)], capture_output=True, text=True)


def errors(result):
    """What stands in stderr besides how far the training has come."""
    return re.sub(r"^(epoch \d+: )?\d+/\d+ .*\n", "", result.stderr, flags=re.M)


@functools.cache
def few():
    """What the shorter training prints on both streams, and its page."""
    with tempfile.TemporaryDirectory() as folder:
        svg = pathlib.Path(folder) / "page.svg"
        result = run(*FEW, "--svg", svg)
        return result.stdout.replace(str(svg), "PAGE"), result.stderr, svg.read_bytes()


trains = unittest.skipIf(BRIEF, "trains for long")


class Program(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.svg = self.folder / "page.svg"

    def run_well(self, *options):
        result = run("--svg", self.svg, *options)
        self.assertEqual((result.returncode, errors(result)), (0, ""), options)
        self.shown = result.stderr
        return result.stdout

    @trains
    def test_learns_and_draws(self):
        printed = self.run_well(WANTED.counted, WANTED.good)
        for pattern, (low, high) in WANTED.printed.items():
            self.assertRegex(printed, pattern)
            self.assertTrue(low <= float(re.search(pattern, printed)[1]) <= high, printed)
        self.assertTrue(printed.endswith(f"wrote {self.svg}\n"), printed)
        page = xml.etree.ElementTree.parse(self.svg).getroot()
        words = [text.text for text in page.iter(SVG + "text")]
        self.assertEqual([words.count(figure) for figure in WANTED.figures], [1] * len(WANTED.figures))
        for element, count in WANTED.drawn.items():
            self.assertGreaterEqual(len(list(page.iter(SVG + element))), count, element)
        self.assertNotRegex(self.svg.read_text(encoding="utf-8"), r'"-?(nan|inf)')

    @trains
    def test_same_seed_same_bits(self):
        printed = self.run_well(*FEW).replace(str(self.svg), "PAGE")
        self.assertEqual((printed, self.svg.read_bytes()), few()[::2])
        self.run_well(*FEW, "--seed", 6)
        self.assertNotEqual(self.svg.read_bytes().replace(b"seed 6", b"seed 1"), few()[2])

    @trains
    def test_killed_and_resumed(self):
        kept = self.folder / "kept.npz"
        with subprocess.Popen([PROGRAM, *map(str, FEW), "--save", kept, "--svg", self.svg],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as program:
            while not kept.exists() and program.poll() is None:
                time.sleep(0.001)
            program.kill()
        self.run_well(*FEW, "--resume", kept)
        self.assertEqual(self.svg.read_bytes(), few()[2])
        self.assertRegex(self.shown, rf"\A((.*\n)?{WANTED.last} [^\r]*\n)?\Z")
        (self.folder / "torn.npz").write_bytes(kept.read_bytes()[:-9])
        result = run(*FEW, "--resume", self.folder / "torn.npz", "--svg", self.svg)
        self.assertEqual(result.returncode, 1)
        self.assertIn("torn.npz", result.stderr)

    def write_mnist(self, part, count):
        """Images of the ten classes in MNIST's format: a bar at a place of its own."""
        labels = [k % 10 for k in range(count)]
        images = bytearray(count * 28 * 28)
        for k, label in enumerate(labels):
            start = (k * 28 + 2 * label + 4) * 28
            images[start:start + 56] = bytes([255]) * 56
        header = struct.pack(">iiii", 2051, count, 28, 28)
        (self.folder / f"{part}-images-idx3-ubyte").write_bytes(header + images)
        (self.folder / f"{part}-labels-idx1-ubyte").write_bytes(struct.pack(">ii", 2049, count) + bytes(labels))

    @trains
    def test_data_of_ones_own(self):
        if "--data" not in run("--help").stdout:
            self.skipTest("has its own")
        self.write_mnist("train", 600)
        self.write_mnist("t10k", 100)
        self.assertRegex(self.run_well("--data", self.folder, WANTED.counted, WANTED.good), r"\n100\.0 % .*\(100 of 100\)")
        result = run("--data", self.folder / "nowhere", "--svg", self.svg)
        self.assertEqual(result.returncode, 1)
        self.assertIn("nowhere", result.stderr)

    def test_one_step(self):
        self.run_well(WANTED.counted, 1)
        xml.etree.ElementTree.parse(self.svg)

    def test_options(self):
        help_text = run("--help")
        self.assertEqual(help_text.returncode, 0)
        for option in (WANTED.counted, "--seed", "--svg", "--save", "--resume"):
            self.assertIn(option, help_text.stdout)
        default = re.search(r"--svg TEXT ?[=\[]([^]\s]+)", help_text.stdout)[1]
        self.assertEqual(pathlib.Path(default), PROGRAM.parents[1] / f"{PROGRAM.name}.svg")
        for bad in ([WANTED.counted, "0"], ["--seed", "x"], ["--seed", "0"], ["--rate", "1"]):
            self.assertEqual(run(*bad).returncode, 1, bad)

    @trains
    def test_a_page_that_cannot_be_written(self):
        missing = self.folder / "nowhere" / "page.svg"
        result = run(WANTED.counted, 1, "--svg", missing)
        said = f"{PROGRAM.name}: plot: '{missing}': Io: cannot create a file in its folder: No such file or directory\n"
        self.assertEqual((result.returncode, errors(result)), (1, said))

    @trains
    def test_bar_on_a_terminal_only(self):
        self.assertRegex(few()[1], rf"\A([^\r]*\n)?{WANTED.last} [^\r]*\n\Z")
        try:
            leader, follower = pty.openpty()
        except OSError as error:
            self.skipTest(f"needs a terminal: {error}")
        with subprocess.Popen([PROGRAM, *map(str, FEW), "--svg", self.svg], stderr=follower, stdout=subprocess.DEVNULL, env={**os.environ, "TERM": "xterm"}) as program:
            os.close(follower)
            shown = b""
            try:
                while part := os.read(leader, 1 << 16):
                    shown += part
            except OSError:  # the terminal's other end is closed
                pass
            os.close(leader)
            self.assertEqual(program.wait(), 0)
        self.assertRegex(shown.decode(), rf"\r{WANTED.last} █+ in .*, (loss|penalty) [\d.]+")


unittest.main()
