"""Runs the digits example as a person would: trains, saves, reopens, and hands it files that are not what they should be."""
import gzip
import io
import os
import pathlib
import pty
import re
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree
import zipfile

PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve()
DATA = pathlib.Path(__file__).parents[2] / "examples/data/digits.csv.gz"
QUICK = ["--epochs", "2"]


def run(*options):
    return subprocess.run([PROGRAM, *map(str, options)], capture_output=True, text=True)


def errors(result):
    """What stands in stderr besides how far the training has come."""
    return re.sub(r"^\d+/\d+ .*\n", "", result.stderr, flags=re.M)


def accuracy_line(result):
    return re.search(r"^test accuracy .*$", result.stdout, re.M)[0]


def percent(result):
    return float(re.search(r"test accuracy ([\d.]+) %", result.stdout)[1])


class Digits(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.svg, self.npz = self.folder / "page.svg", self.folder / "net.npz"

    def run_well(self, *options):
        result = run("--svg", self.svg, *options)
        self.assertEqual((result.returncode, errors(result)), (0, ""), options)
        return result

    def refuse(self, part, *options):
        """Exit code 1 and one line that holds `part`."""
        result = run(*QUICK, *options, *([] if "--svg" in options else ["--svg", self.svg]))
        self.assertEqual(result.returncode, 1, options)
        self.assertRegex(errors(result), r"\Adigits: [^\n]+\n\Z")
        self.assertIn(part, result.stderr)

    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(content)
        return path

    def test_learns_and_draws(self):
        result = self.run_well("--seed", 0)
        self.assertGreaterEqual(percent(result), 95)
        self.assertIn(f"wrote {self.svg}\n", result.stdout)
        page = xml.etree.ElementTree.parse(self.svg).getroot()
        words = [text.text for text in page.iter("{http://www.w3.org/2000/svg}text")]
        right, of = map(int, re.search(r"\((\d+) of (\d+)\)", result.stdout).groups())
        self.assertEqual(words.count("Cross-entropy loss"), 1)
        self.assertEqual(words.count("logarithmic axis"), 1)
        self.assertEqual(sum(" → " in word and len(word) == 5 for word in words), of - right)
        self.assertEqual(len(list(page.iter("{http://www.w3.org/2000/svg}polyline"))), 4)

    def test_says_the_whole_path_of_its_page(self):
        result = subprocess.run([PROGRAM, *QUICK, "--svg", "page.svg"], cwd=self.folder, capture_output=True, text=True)
        self.assertIn(f"wrote {self.folder.resolve() / 'page.svg'}\n", result.stdout)
        default = re.search(r"--svg TEXT ?[=\[]([^]\s]+)", run("--help").stdout)[1]
        self.assertTrue(pathlib.Path(default).is_relative_to(PROGRAM.parents[1]), default)

    def test_median_of_ten_seeds(self):
        result = run("--all-seeds")
        self.assertEqual(len(re.findall(r"^seed \d: test accuracy", result.stdout, re.M)), 10)
        self.assertGreaterEqual(float(re.search(r"^median ([\d.]+) %", result.stdout, re.M)[1]), 97)

    def test_same_seed_same_run(self):
        self.assertEqual(self.run_well(*QUICK, "--seed", 5).stdout, self.run_well(*QUICK, "--seed", 5).stdout)

    def test_reopens_what_it_saved(self):
        for options in ([], ["--plain"], ["--net", "conv", "--seed", 3], ["--net", "conv", "--plain"]):
            saved = self.run_well(*QUICK, *options, "--save", self.npz)
            for again in ([], options):
                loaded = self.run_well("--load", self.npz, *again)
                self.assertEqual(accuracy_line(loaded), accuracy_line(saved), options)

    def test_holds_options_against_the_file(self):
        self.run_well(*QUICK, "--seed", 3, "--save", self.npz)
        self.refuse("seed", "--load", self.npz, "--seed", 4)
        self.refuse("net", "--load", self.npz, "--net", "conv")
        self.refuse("weight norm", "--load", self.npz, "--plain")

    def test_missing_files(self):
        missing = self.folder / "nowhere" / "file"
        self.refuse(str(missing), "--data", missing)
        self.refuse(str(missing), "--load", missing)
        self.refuse(str(missing), "--save", missing)
        self.refuse(str(missing), "--svg", missing)
        self.refuse(str(self.folder), "--data", self.folder)
        self.refuse(str(self.folder), "--load", self.folder)

    def test_damaged_networks(self):
        self.run_well(*QUICK, "--save", self.npz)
        whole = self.npz.read_bytes()
        turned = bytearray(whole)
        turned[len(whole) // 2] ^= 0x10
        for content in (b"", b"no network", whole[: len(whole) // 2], whole[:-1], bytes(turned)):
            self.refuse("damaged.npz", "--load", self.file("damaged.npz", content))

    def test_networks_of_another_kind(self):
        self.run_well(*QUICK, "--save", self.npz)
        members = {info.filename: zipfile.ZipFile(self.npz).read(info) for info in zipfile.ZipFile(self.npz).infolist()}
        for missing in members:
            other = io.BytesIO()
            with zipfile.ZipFile(other, "w") as archive:
                for name in members.keys() - {missing}:
                    archive.writestr(name, members[name])
            self.refuse("other.npz", "--load", self.file("other.npz", other.getvalue()))

    def test_damaged_digits(self):
        packed = DATA.read_bytes()
        text = gzip.decompress(packed)
        lines = text.splitlines(keepends=True)
        turned = bytearray(packed)
        turned[len(packed) // 2] ^= 0x10
        bad = [b"", packed[: len(packed) // 2], packed[:-4], bytes(turned), text[:-2], b"".join(lines[:-1]), text + lines[0]]
        for old, new in ((b",16,", b",17,"), (b",16,", b",-1,"), (b",16,", b",x,"), (b",16,", b","), (b",16,", b",16,0,")):
            bad.append(text.replace(old, new, 1))
        bad.append(lines[0][:-2] + b"10\n" + b"".join(lines[1:]))
        bad.append(gzip.compress(text * 20))
        for content in bad:
            self.refuse("damaged.csv.gz", "--data", self.file("damaged.csv.gz", content))
        self.run_well(*QUICK, "--data", self.file("plain.csv", text))

    def test_options(self):
        help_text = run("--help")
        self.assertEqual(help_text.returncode, 0)
        for option in ("--seed", "--all-seeds", "--plain", "--net", "--save", "--load", "--svg", "--data", "--epochs"):
            self.assertIn(option, help_text.stdout)
        for bad in (["--epochs", "0"], ["--net", "rnn"], ["--lr", "nan"], ["--seed", "x"], ["--load", "a", "--save", "b"]):
            self.assertEqual(run(*bad).returncode, 1, bad)

    def test_bar_on_a_terminal_only(self):
        options = ["--svg", self.svg, *QUICK]
        self.assertRegex(run(*options).stderr, r"\A2/2 in [\d.]+ s, [\d.]+/s, loss [\d.]+, accuracy [\d.]+\n\Z")
        try:
            leader, follower = pty.openpty()
        except OSError as error:
            self.skipTest(f"needs a terminal: {error}")
        subprocess.run([PROGRAM, *options], stderr=follower, stdout=subprocess.DEVNULL, check=True, env={**os.environ, "TERM": "xterm"})
        os.close(follower)
        shown = os.read(leader, 1 << 16).decode()
        os.close(leader)
        self.assertRegex(shown, r"\r2/2 █+ in .*, loss [\d.]+, accuracy [\d.]+")


unittest.main()
