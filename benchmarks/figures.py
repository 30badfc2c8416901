"""What benchmarks print: rows of ours, the peer's, how they compare, and what was wanted."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Row:
    """One figure: ours, the peer's, how they compare, and what was wanted."""

    what: str
    ours: str
    peer: str
    ratio: str
    wanted: str
    ok: bool


@dataclass(frozen=True)
class Pairs:
    """Ours and the peer's of each round: what else the machine does hits both of a pair."""

    ours: tuple[float, ...]
    peer: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """The median of ours by the peer's, taken within each round."""
        return median(own / other for own, other in zip(self.ours, self.peer, strict=True))

    def row(
        self,
        what: str,
        unit: str,
        name: str,
        *,
        most: float | None = None,
        least: float | None = None,
    ) -> Row:
        """The medians as a row, ``unit`` being a format such as ``{:.1f} s``; judged where a limit is given."""
        ratio = self.ratio
        ok = (most is None or ratio <= most) and (least is None or ratio >= least)
        wanted = f"<= {most:g}x" if most is not None else f">= {least:g}x" if least is not None else ""
        peer = f"{unit.format(median(self.peer))} {name}".strip()
        return Row(what, unit.format(median(self.ours)), peer, f"{ratio:.3g}x", wanted, ok)


def table(rows: list[Row]) -> str:
    """The rows below their heads, each column as wide as it must be; a row without a wish is told and not judged."""
    cells = [("what", "ours", "peer", "ratio", "wanted", "ok")]
    cells += [(row.what, row.ours, row.peer, row.ratio, row.wanted, "yes" if row.ok else "NO") for row in rows]
    widths = [max(len(line[place]) for line in cells) for place in range(len(cells[0]))]
    return "\n".join(" | ".join(f"{cell:{width}}" for cell, width in zip(line, widths, strict=True)) for line in cells)
