"""What the benchmark ran on, and whether it had the machine to itself."""
import os
import re
from pathlib import Path

MOST_OF_OTHERS = 0.05  # of a core: more is not quiet


def processor():
    """Such as "AMD EPYC, AVX2, 2 cores"."""
    text = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    name = re.search(r"^model name\s*: (.*)", text, re.M)
    flags = re.search(r"^flags\s*: (.*)", text, re.M)
    vectors = {"avx512f": "AVX-512", "avx2": "AVX2"}
    widest = [said for flag, said in vectors.items() if flags and flag in flags[1].split()][:1]
    return ", ".join([name[1] if name else os.uname().machine, *widest, f"{os.cpu_count()} cores"])


def busy_seconds():
    """(by anybody, stolen by the host) of all cores since the start; None where /proc does not tell."""
    if not Path("/proc/stat").exists():
        return None
    user, nice, system, _, _, irq, soft, stolen = map(int, Path("/proc/stat").read_text().split("\n")[0].split()[1:9])
    ticks = os.sysconf("SC_CLK_TCK")
    return (user + nice + system + irq + soft) / ticks, stolen / ticks


def own_seconds():
    """Of this process and the children that it has waited for."""
    return sum(os.times()[:4])


class Watch:
    """Tells afterwards how busy others were."""

    def __init__(self):
        self.start = self.now()

    def now(self):
        return os.times().elapsed, own_seconds(), busy_seconds()

    def said(self):
        (start, own, busy), (end, own_now, busy_now) = self.start, self.now()
        if not busy:
            return "whether the machine was quiet is not known"
        seconds = end - start
        others = max(0, busy_now[0] - busy[0] - (own_now - own)) / seconds
        stolen = (busy_now[1] - busy[1]) / seconds
        quiet = "quiet" if others + stolen < MOST_OF_OTHERS else "NOT QUIET"
        return f"{quiet}: others had {others:.0%} of a core, the host took {stolen:.0%}"
