"""Runs `./dev run` as a person would, on the library of a build folder: check_dev.py ROOT BUILD_FOLDER

The verb works in a copy of the checkout whose meson, ninja and dpkg-query do nothing but say what they are asked.
"""
import os
import pathlib
import pty
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT, BUILD = (pathlib.Path(sys.argv.pop(1)).resolve() for _ in range(2))
TOOLS = {
    "meson": '[ "$1" = --version ] && echo 1.0 && exit\nmkdir -p build && ln -sfn "$REAL/meson-uninstalled" build/\necho set up by Meson',
    "ninja": '[ "$1" = -n ] && echo "$NINJA_SAYS" && exit\necho "ninja $* $NINJA_STATUS"',
    "dpkg-query": 'for package; do :; done\n[ "$package" = "$MISSING" ] || echo installed',
    "id": 'echo "${USER_ID:-$(/usr/bin/id "$@")}"',
}
PROGRAM = """#include <minijt/minijt.hpp>
#include <cstdio>
int main(int argc, char** argv) {
    std::printf("%g", jt::ones({3}).sum().item());
    for (int k = 1; k < argc; ++k) std::printf(" <%s>", argv[k]);
    return argc - 1;
}
"""


class Run(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.root, self.home = pathlib.Path(place.name, "checkout"), pathlib.Path(place.name, "a home")
        for folder in (self.root, self.root / "tools", self.home, self.home / "tmp"):
            folder.mkdir()
        shutil.copy(ROOT / "dev", self.root)
        for name, script in TOOLS.items():
            tool = self.root / "tools" / name
            tool.write_text(f"#!/bin/bash\n{script}\n")
            tool.chmod(0o755)
        (self.home / "mine.cpp").write_text(PROGRAM)
        self.env = {**os.environ, "PATH": f"{self.root}/tools:{os.environ['PATH']}", "REAL": str(BUILD),
                    "TMPDIR": str(self.home / "tmp"), "LC_ALL": "C", "NINJA_SAYS": "ninja: no work to do."}

    def run_dev(self, *args, **env):
        return subprocess.run([self.root / "dev", "run", *args], cwd=self.home, env={**self.env, **env},
                              capture_output=True, text=True)

    def test_arguments_and_exit_code_pass_through(self):
        for file in ("mine.cpp", self.home / "mine.cpp"):
            done = self.run_dev(file, "two words", "--help", "*")
            self.assertEqual((done.returncode, done.stdout, done.stderr), (3, "3 <two words> <--help> <*>", ""))
        self.assertEqual(sorted(path.name for path in self.home.iterdir()), ["mine.cpp", "tmp"])
        self.assertEqual(list((self.home / "tmp").iterdir()), [])

    def test_a_program_runs_where_the_person_is(self):
        (self.home / "sub").mkdir()
        (self.home / "sub/where.cc").write_text('#include <cstdio>\nint main() { return std::fopen("mine.cpp", "r") ? 0 : 1; }\n')
        self.assertEqual(self.run_dev("sub/where.cc").returncode, 0)

    def test_xtensor_is_at_hand(self):
        (self.home / "xt.cpp").write_text("#include <minijt/xtensor.hpp>\nint main() { return jt::array(xt::xarray<float>{1, 2}).numel() - 2; }\n")
        self.assertEqual(self.run_dev("xt.cpp").returncode, 0)

    def test_what_is_wrong_is_said(self):
        (self.home / "bad.cpp").write_text("int main() { return nothing; }\n")
        bad = self.run_dev("bad.cpp")
        self.assertEqual((bad.returncode, bad.stdout), (1, ""))
        self.assertIn("bad.cpp:1:21: error: ", bad.stderr)
        self.assertTrue(bad.stderr.endswith("== run: bad.cpp does not compile\n"), bad.stderr)
        for args in ([], ["no.cpp"], ["tmp"]):
            none = self.run_dev(*args)
            said = f"== run: needs a C++ file, got '{''.join(args)}'\n"
            self.assertEqual((none.returncode, none.stdout, none.stderr), (2, "", said))

    def test_without_root_what_is_missing_is_named(self):
        (self.root / "tools/bash").symlink_to("/bin/bash")
        bare = f"{self.root}/tools:{self.home}"
        for tool in ("dirname", "env", "grep"):
            (self.root / "tools" / tool).symlink_to(shutil.which(tool))
        done = self.run_dev("mine.cpp", PATH=bare, MISSING="zlib1g-dev", USER_ID="1000")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertEqual(done.stderr, "== install: zlib1g-dev\n== needs root: apt-get install zlib1g-dev\n")

    def test_a_terminal_sees_how_far_the_build_is(self):
        try:
            leader, follower = pty.openpty()
        except OSError as error:
            self.skipTest(f"needs a terminal: {error}")
        env = {**self.env, "NINJA_SAYS": "[1/9] Compiling"}
        subprocess.run([self.root / "dev", "run", "mine.cpp"], cwd=self.home, env=env, stdout=follower, stderr=follower, check=True)
        os.close(follower)
        self.assertEqual(os.read(leader, 1 << 16).decode(), "ninja libminijt.a [%p] \r\n3")
        os.close(leader)
        self.assertEqual(self.run_dev("mine.cpp", NINJA_SAYS="[1/9] Compiling").stderr, "ninja --quiet libminijt.a \n")

    def test_bench_hands_on_what_it_is_asked(self):
        python = self.root / "tools/python3"
        python.write_text('#!/bin/bash\nprintf "<%s>" "$@"\n')
        python.chmod(0o755)
        done = subprocess.run([self.root / "dev", "bench", "--threads", "2", "conv|pool"], cwd=self.home,
                              env={**self.env, "CXX": "a compiler"}, capture_output=True, text=True, check=True)
        report = done.stdout.splitlines()[-1]
        self.assertTrue(report.startswith("<tests/bench/report.py><build/tests/bench/bench><--cxx><a compiler>"), report)
        self.assertTrue(report.endswith("<--threads><2><conv|pool>"), report)


class Verbs(unittest.TestCase):
    def test_what_the_tree_calls_is_a_verb(self):
        files = [*ROOT.glob(".github/**/*.*"), ROOT / ".pre-commit-config.yaml", ROOT / "README.md"]
        called = {verb for file in files for verb in re.findall(r"\./dev ([a-z]+)", file.read_text())}
        offered = subprocess.run([ROOT / "dev", "help"], capture_output=True, text=True, check=True).stdout
        self.assertEqual(called - set(re.findall(r"^\./dev (\w+)", offered, re.M)) - {"help"}, set())
        self.assertGreater(len(called), 5)

    def test_help_names_the_demos(self):
        offered = subprocess.run([ROOT / "dev", "help"], capture_output=True, text=True, check=True).stdout
        built = re.findall(r"^  '(\w+)': \[", (ROOT / "examples/meson.build").read_text(), re.M)
        self.assertIn(f"  {', '.join(sorted([*built, 'digits']))}\n", offered)
        done = subprocess.run([ROOT / "dev", "demo", "first_graph"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 2)
        self.assertIn("got 'first_graph'", done.stderr)


unittest.main()
