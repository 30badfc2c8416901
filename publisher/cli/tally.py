"""What an import tells: counts, and a few rows of each kind. It keeps no more of a million rows than of a hundred."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from publisher.cli.context import counted
from subscribers.address import Flag
from subscribers.intake import Outcome, RowResult
from subscribers.subscriber import Status

BAD = frozenset({Outcome.REFUSED, Outcome.SUPPRESSED})
GOOD_SHOWN, LIKE_SHOWN, KINDS = 10, 3, 40
"""Rows that went well, rows that went alike, and ways of going, that are shown at most."""
_PARTICULAR = re.compile(r"'[^']*'|\"[^\"]*\"|\d[\d:.T+-]*")
FLAGS = {
    Flag.ROLE: "a desk, not a person",
    Flag.DISPOSABLE: "a mailbox that is thrown away",
    Flag.SMTPUTF8: "needs a relay with SMTPUTF8",
}
"""What a flag says of an address."""


@dataclass(slots=True)
class _Alike:
    """Rows that one sentence is true of, but for names and numbers."""

    sentence: str
    lines: list[tuple[int, str]] = field(default_factory=list)
    """With the row's place in the import."""
    count: int = 0

    def add(self, place: int, line: str) -> None:
        """One more, shown while there are few."""
        self.count += 1
        if len(self.lines) < LIKE_SHOWN:
            self.lines.append((place, line))

    def told(self) -> Iterator[tuple[int, str]]:
        """The lines, and behind the last how many more there are."""
        yield from self.lines
        if self.count > len(self.lines):
            more = f"  … and {counted(self.count - len(self.lines), 'more row')} like these: {self.sentence}"
            yield self.lines[-1][0], more


@dataclass(slots=True)
class Tally:
    """The counts of an import that goes on."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    waiting: int = 0
    """New readers without a consent."""
    flags: Counter[Flag] = field(default_factory=Counter)
    _examples: dict[Flag, list[str]] = field(default_factory=dict)
    _good: list[str] = field(default_factory=list)
    _bad: dict[str, _Alike] = field(default_factory=dict)
    _warned: dict[str, _Alike] = field(default_factory=dict)

    def add(self, result: RowResult) -> None:
        """One more row."""
        self.outcomes[result.outcome] += 1
        if result.outcome in BAD:
            _among(self._bad, f"{result.outcome}: {_general(result.reason, result.address)}").add(
                self.rows, line(result)
            )
            return
        if result.outcome is Outcome.NEW and result.status is Status.PENDING:
            self.waiting += 1
        if len(self._good) < GOOD_SHOWN and result.outcome is not Outcome.UNCHANGED:
            self._good.append(line(result))
        for flag in result.flags:
            self.flags[flag] += 1
            examples = self._examples.setdefault(flag, [])
            if len(examples) < LIKE_SHOWN:
                examples.append(result.address)
        for warning in result.warnings:
            _among(self._warned, warning).add(self.rows, f"warning: {_place(result)}: {result.address}: {warning}")

    @property
    def rows(self) -> int:
        """How many rows there were."""
        return self.outcomes.total()

    @property
    def bad(self) -> int:
        """How many were not taken."""
        return sum(self.outcomes[outcome] for outcome in BAD)

    def counts(self) -> dict[str, int]:
        """By the outcome's name, zero included."""
        return {each.value: self.outcomes[each] for each in Outcome}

    def told(self) -> Iterator[str]:
        """The lines of the report: what was refused, in the order of the rows, then the rest, then the counts."""
        for kinds in (self._bad, self._warned):
            lines = [each for kind in kinds.values() for each in kind.told()]
            yield from (told for _, told in sorted(lines, key=lambda each: each[0]))
        for flag, examples in sorted(self._examples.items()):
            others = " …" * (self.flags[flag] > len(examples))
            yield f"{self.flags[flag]} flagged {flag} ({FLAGS[flag]}): {', '.join(examples)}{others}"
        yield from self._good
        more = self.outcomes[Outcome.NEW] + self.outcomes[Outcome.CHANGED] - len(self._good)
        if more:
            yield f"… and {counted(more, 'more row')} like these: --report FILE has all"
        yield ", ".join(f"{self.outcomes[each]} {each}" for each in Outcome if self.outcomes[each]) or "no rows"
        if self.waiting:
            wait = "waits" if self.waiting == 1 else "wait"
            yield (
                f"{self.waiting} of them {wait} for a consent; until then they get no mail: give consent_at, --declare "
                "or ask each with 'subscribers add ADDRESS', which sends the confirmation mail"
            )


def line(result: RowResult) -> str:
    """A row's line of the report."""
    status = f" ({result.status})" if result.status else ""
    reason = f": {result.reason}" if result.reason else status
    return f"{_place(result)}: {result.address}: {result.outcome}{reason}"


def _place(result: RowResult) -> str:
    return f"row {result.row} of {result.file}" if result.file else f"row {result.row}"


def _general(reason: str, address: str) -> str:
    """The reason without what is particular to one row."""
    return _PARTICULAR.sub("…", reason.replace(address, "…") if address else reason)


def _among(kinds: dict[str, _Alike], sentence: str) -> _Alike:
    """The rows that this sentence is true of; once there are many sentences, those that others are true of."""
    if sentence not in kinds and len(kinds) >= KINDS:
        sentence = "for other reasons"
    return kinds.setdefault(sentence, _Alike(sentence))
