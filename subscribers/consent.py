"""Which act leads a reader from which status to which. Pure.

One table decides for forms, links, the command line, imports and bounces alike. Its law: a suppressed reader becomes
active again only by their own new sign-up *and* its confirmation, or by taking back their leaving at once, on the page
that told them of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from subscribers.error import RefusedError
from subscribers.subscriber import SUPPRESSED, Status


class Act(StrEnum):
    """What can happen to a reader."""

    SIGNUP = "signup"
    """The reader's own: a form they filled in."""
    INVITE = "invite"
    """Somebody else entered the address: a confirmation is asked for."""
    ADD = "add"
    """Somebody else entered the address and declares a consent given elsewhere."""
    CONFIRM = "confirm"
    IMPORT_PENDING = "import_pending"
    IMPORT_ACTIVE = "import_active"
    IMPORT_PAUSED = "import_paused"
    PREFER = "prefer"
    """Other topics, rhythm, language, zone, format or name."""
    PAUSE = "pause"
    RESUME = "resume"
    UNSUBSCRIBE = "unsubscribe"
    UNDO = "undo"
    """The reader takes their leaving back, within minutes and by the page that told them of it (``store.undo``)."""
    BOUNCE = "bounce"
    COMPLAIN = "complain"
    EXPIRE = "expire"
    """Nobody confirmed in time: the address is forgotten, or is what it was before they signed up again."""
    ERASE = "erase"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentEvent:
    """One entry of a reader's history."""

    at: datetime
    act: Act
    status: Status
    """The status it led to."""
    how: str
    """Where it came from: ``signup``, ``command``, ``import``, ``link``, ``one-click``, ``bounce`` …"""
    ip: str = ""
    text: str = ""
    """What they agreed to, or what changed."""


_COLUMNS = (None, *Status)
_TABLE = """
                 new           pending       active        paused        unsubscribed  bounced       complained
signup           pending       pending       -             -             pending       pending       pending
invite           pending       pending       -             -             -             -             -
add              active        active        -             -             -             -             -
confirm          -             active        active        paused        -             -             -
import_pending   pending       pending       active        paused        -             -             -
import_active    active        active        active        paused        -             -             -
import_paused    paused        paused        active        paused        -             -             -
prefer           -             pending       active        paused        -             -             -
pause            -             -             paused        paused        -             -             -
resume           -             -             active        active        -             -             -
unsubscribe      unsubscribed  unsubscribed  unsubscribed  unsubscribed  unsubscribed  unsubscribed  complained
undo             -             -             -             -             active        -             -
bounce           bounced       bounced       bounced       bounced       unsubscribed  bounced       complained
complain         complained    complained    complained    complained    complained    complained    complained
expire           -             gone          -             -             -             -             -
erase            -             gone          gone          gone          gone          gone          gone
"""
"""Rows are acts, columns the status before; ``-`` is refused. Of two suppressions the graver stays."""


def _read(table: str) -> dict[tuple[Status | None, Act], Status | None]:
    rows = (line.split() for line in table.strip().splitlines()[1:])
    return {
        (before, Act(act)): None if cell == "gone" else Status(cell)
        for act, *cells in rows
        for before, cell in zip(_COLUMNS, cells, strict=True)
        if cell != "-"
    }


NEXT: Mapping[tuple[Status | None, Act], Status | None] = MappingProxyType(_read(_TABLE))
"""(status before, act) -> status after. ``None`` is nobody: an address that is not on the list, or no longer is.
A pair that is not here is refused."""

_BY_OTHERS = frozenset({Act.INVITE, Act.ADD, Act.IMPORT_PENDING, Act.IMPORT_ACTIVE, Act.IMPORT_PAUSED})
_SUPPRESSING = frozenset({Act.UNSUBSCRIBE, Act.BOUNCE, Act.COMPLAIN})


def apply(status: Status | None, act: Act, *, former: Status | None = None, who: str = "the reader") -> Status | None:
    """The status after the act.

    While a reader who had left is pending again, ``former`` is that suppression: for acts of others it still holds, so
    that nobody's form post opens the way for an import; and of it and a new suppression the graver stays. Raises
    ``RefusedError`` that names ``who``.
    """
    held = former is not None and status is Status.PENDING and act in _BY_OTHERS | _SUPPRESSING
    before = former if held else status
    if (before, act) not in NEXT:
        raise _refused(before, act, who)
    return NEXT[before, act]


UNDO_WITHIN = timedelta(minutes=30)
"""How long the page that says "you are unsubscribed" can take it back."""


UNDOABLE = frozenset({Status.ACTIVE, Status.PAUSED})
"""What an undo can give back."""


def former_after(status: Status | None, former: Status | None, after: Status | None) -> Status | None:
    """The suppression that still waits for a confirmation after a step from ``status`` to ``after``."""
    if after is not Status.PENDING:
        return None
    return status if status in SUPPRESSED else former


def _refused(status: Status | None, act: Act, who: str) -> RefusedError:
    if status is None:
        return RefusedError(f"{who} is not on the list", hint="add or import the address first")
    if status in SUPPRESSED:
        return RefusedError(f"{who} {_LEFT[status]}", hint="only their own new sign-up, confirmed, brings them back")
    if status is Status.PENDING:
        return RefusedError(f"{who} has not confirmed yet: no {act}", hint="confirm first")
    return RefusedError(
        f"{who} is already on the list ({status})",
        hint="to change what they get, import a CSV with their address and the new wishes",
    )


_LEFT: Mapping[Status, str] = MappingProxyType(
    {
        Status.UNSUBSCRIBED: "has unsubscribed",
        Status.BOUNCED: "is suppressed: mail to it bounced",
        Status.COMPLAINED: "is suppressed: they reported our mail as spam",
    }
)
