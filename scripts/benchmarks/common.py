"""What all benchmarks need: child processes, percentiles and rows of the table."""
import ctypes
import dataclasses
import os
import statistics
import subprocess

CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)
PEERS = "/usr/lib/cni"


@dataclasses.dataclass
class Row:
    """One line of the table. Without a goal nothing is judged."""

    what: str
    ours: str
    against: str
    ratio: float
    goal: float | None = None


def run(*words, env=None, stdin=None, check=True):
    result = subprocess.run(
        words, input=stdin, env={**os.environ, **(env or {})}, capture_output=True, text=True)
    if check and result.returncode != 0:
        raise SystemExit(f"{' '.join(words)}: {result.stdout}{result.stderr}")
    return result.stdout


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def middle_ratio(mine, theirs):
    """The median of the ratios of paired values: what slows both of a pair does not count."""
    return statistics.median(a / b for a, b in zip(mine, theirs))


def enter(namespace):
    """Puts the calling thread into a network namespace."""
    with open(f"/run/netns/{namespace}") as file:
        if LIBC.setns(file.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")
