"""Tests report.py on sides that answer by heart."""
import contextlib
import io
import re
import sys
import tempfile
import unittest
import xml.etree.ElementTree as xml
from pathlib import Path
from unittest import mock

import libtorch
import machine
import picture
import report
from sides import Side, measure

ANSWERS = """import sys
answers = {rows}
print(*answers, "", sep="\\n", flush=True)
for line in sys.stdin:
    print(answers[line.strip()].pop(0), flush=True)
"""


def side(name, **rows):
    return Side(name, [sys.executable, "-c", ANSWERS.format(rows=rows)], {})


def printed(f, *args):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        f(*args)
    return out.getvalue()


class Report(unittest.TestCase):
    def test_the_least_of_all_rounds_counts(self):
        with side("minijt", a=[3, 1, 2], b=[5, 6, 7]) as minijt, side("PyTorch", a=[2, 4, 3]) as torch:
            times = measure([minijt, torch], ["a", "b"], 3)
        self.assertEqual(times, {"a": {"minijt": 1, "PyTorch": 2}, "b": {"minijt": 5}})

    def test_a_side_that_ends_is_named(self):
        with side("minijt", a=[]) as minijt, self.assertRaises(SystemExit) as refused:
            with contextlib.redirect_stderr(io.StringIO()):
                minijt.microseconds("a")
        self.assertEqual(str(refused.exception), "bench: minijt ended at a, exit code 1")

    def test_rows_are_chosen_by_a_part_of_their_name(self):
        names = ["rows/conv1x1", "rows/conv1x1.fb", "ops/exp/100"]
        self.assertEqual(report.chosen([], names), names)
        self.assertEqual(report.chosen(["fb$", "exp"], names), names[1:])
        for pattern in ("pool", "("):
            with self.assertRaises(SystemExit) as refused:
                report.chosen([pattern], names)
            self.assertEqual(str(refused.exception), "bench: needs a part of a row's name, such as those that --list prints, "
                                                     f"got '{pattern}'")

    def test_what_is_behind_is_marked(self):
        times = {"fast": {"minijt": 1, "libtorch": 2, "PyTorch": 3}, "even": {"minijt": 1.04, "PyTorch": 1},
                 "slow": {"minijt": 3, "libtorch": 2, "PyTorch": 2.9}, "alone": {"minijt": 1},
                 "work/lenet.b64": {"limit": 1, "minijt": 2, "PyTorch": 4}}
        marks = [list(report.remarks(name, t)) for name, t in times.items()]
        self.assertEqual(marks, [[], [], ["behind libtorch"], [], ["budget >= 2.5 x PyTorch"]])
        self.assertEqual(printed(report.print_behind, times, "libtorch"),
                         "1 of 2 rows are behind libtorch by more than 5%: slow 1.50\n")
        self.assertRegex(printed(report.print_rows, times, 2), r"^2 threads, us .*\n(.*\n){2}slow .* 0\.67 .* behind libtorch\n")

    def test_the_picture_is_sorted_and_shows_what_is_behind(self):
        rows = {"a<b": {"PyTorch": 3, "libtorch": 1e9}, "slow": {"libtorch": 0.5, "PyTorch": 2}, "even": {"PyTorch": 0.96}}
        texts = xml.fromstring(picture.svg("Title", {"rows": rows})).iter("{http://www.w3.org/2000/svg}text")
        found = {text.text: text.get("fill") for text in texts if text.get("text-anchor") == "end"}
        self.assertEqual(list(found.items()), [("slow", "#bb2222"), ("even", None), ("a<b", None)])

    def test_a_picture_has_a_panel_for_each_kind_of_row(self):
        times = {name: {"minijt": 1, "PyTorch": 2} for name in ("work/x", "rows/y", "rows/y.fb", "ops/z/100")}
        panels = [list(report.panel(pattern, times)) for pattern in report.PANELS.values()]
        self.assertEqual(panels, [["work/x", "y"], ["y"], ["z"], [], []])

    def test_whether_others_were_busy_is_said(self):
        watch = machine.Watch()
        for busy, said in ((1.0, "quiet: others had 1% of a core"), (41.0, "NOT QUIET: others had 41% of a core")):
            watch.start, now = (0, 0, (10, 0)), (100, 5, (15 + busy, 0))
            with mock.patch.object(watch, "now", lambda: now):
                self.assertTrue(watch.said().startswith(said), watch.said())
        self.assertRegex(machine.processor(), r"\d+ cores$")

    def test_a_program_is_old_when_a_source_is_younger(self):
        with tempfile.TemporaryDirectory() as place:
            program, source = Path(place, "program"), Path(place, "source")
            source.touch()
            self.assertFalse(libtorch.is_new(program, [source]))
            program.touch()
            self.assertTrue(libtorch.is_new(program, [source]))

    def test_every_budget_is_of_a_row(self):
        table = Path(report.HERE, "rows.def").read_text()
        names = re.findall(r'"(.*?)"', table)
        for name in (*report.BUDGETS, report.NORMED):
            self.assertIn(name.removesuffix(".fb"), names)


unittest.main()
