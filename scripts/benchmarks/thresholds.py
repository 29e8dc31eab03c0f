"""What ratios the benchmarks had, so that a later run can say what got worse."""
import dataclasses
import pathlib

PATH = pathlib.Path(__file__).with_suffix(".txt")
# Below this a difference is noise, however alike the earlier runs were.
LEAST_SPREAD = 0.1


@dataclasses.dataclass
class Range:
    """The ratios of one row over all runs that were taken in."""

    lowest: float
    highest: float

    def is_exceeded(self, ratio):
        spread = max(self.highest - self.lowest, LEAST_SPREAD * self.highest)
        return ratio > self.highest + spread

    def with_ratio(self, ratio):
        return Range(min(self.lowest, ratio), max(self.highest, ratio))

    def __str__(self):
        if f"{self.lowest:.2f}" == f"{self.highest:.2f}":
            return f"{self.highest:.2f}x"
        return f"{self.lowest:.2f}x to {self.highest:.2f}x"


def read():
    """The ranges by row."""
    ranges = {}
    for line in PATH.read_text().splitlines():
        if line and not line.startswith("#"):
            what, lowest, highest = (word.strip() for word in line.split("|"))
            ranges[what] = Range(float(lowest), float(highest))
    return ranges


def write(known, rows):
    """Takes the rows of a run in."""
    for row in rows:
        if row.against:
            known[row.what] = known.get(row.what, Range(row.ratio, row.ratio)).with_ratio(row.ratio)
    head = [line for line in PATH.read_text().splitlines() if line.startswith("#")]
    width = max(map(len, known))
    body = [f"{what:{width}} | {r.lowest:8.3f} | {r.highest:8.3f}" for what, r in known.items()]
    PATH.write_text("\n".join(head + [""] + body) + "\n")
