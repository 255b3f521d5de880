"""What a part of the benchmark has to say, and the table of all of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

Spread = tuple[float, float, float]  # lowest, median, highest


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. ``reached`` is None where the line has no target, or cannot tell."""

    what: str
    measured: str
    floor: str = ""
    ratio: str = ""
    target: str = ""
    reached: bool | None = None


def spread(values: Sequence[float]) -> Spread:
    """(lowest, median, highest) of the rounds."""
    return min(values), median(values), max(values)


def rate(values: Sequence[float]) -> str:
    """The median of rates, for people."""
    return f"{median(values):,.0f}/s"


def ratio(values: Sequence[float], digits: int = 2, sign: str = "") -> str:
    """The median of ratios, with the lowest and highest of the rounds where there were several."""
    low, middle, high = spread(values)
    shown = f"{middle:.{digits}f}{sign}"
    return shown if len(values) == 1 else f"{shown} ({low:.{digits}f}-{high:.{digits}f})"


HEADINGS = ("measured", "figure", "floor in the same run", "ratio", "target", "reached")


def table(figures: Sequence[Figure]) -> str:
    """The figures as a Markdown table with aligned columns."""
    said = {True: "yes", False: "no", None: ""}
    rows = [(f.what, f.measured, f.floor, f.ratio, f.target, said[f.reached]) for f in figures]
    widths = [max(len(row[column]) for row in (HEADINGS, *rows)) for column in range(len(HEADINGS))]
    ruler = tuple("-" * width for width in widths)
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in (HEADINGS, ruler, *rows)
    ]
    return "\n".join(lines)
