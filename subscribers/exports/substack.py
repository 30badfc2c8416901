"""Substack's subscriber exports: ``email_list.….csv``, and the CSV of the subscribers page. Pure.

The latter holds only those who get the mails. Neither holds a proof of consent.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from subscribers.exports import foreign
from subscribers.row import BadRow, Row, shown

NAME = "Substack"
_PAGE = {"stripe_plan", "start_date"}
_SAID = {"true", "false", "t", "f", "yes", "no", "y", "n", "1", "0"}
READ = frozenset(["email", "name", "email_disabled", "created_at", "start_date"])


def recognise(header: Collection[str]) -> bool:
    """Whether a file with these columns is one."""
    names = set(header)
    return "email" in names and ({"active_subscription", "email_disabled"} <= names or names >= _PAGE)


def missing(header: Collection[str], file: str = "") -> tuple[str, ...]:
    """The columns without which nobody can say what a row means."""
    del file
    return () if "email_disabled" in header or set(header) >= _PAGE else ("email_disabled",)


def row(number: int, cells: Mapping[str, str], file: str = "") -> Row | BadRow:
    """What the row means here: whose mail is disabled is unsubscribed."""
    del file
    said = cells.get
    disabled = said("email_disabled", "").strip().lower()
    if disabled not in _SAID and not (not disabled and set(cells) >= _PAGE):
        reason = f"email_disabled {disabled[:40]!r} is neither true nor false; export it anew"
        return BadRow(number=number, email=shown(said("email", "")), reason=reason)
    ours = {
        "email": said("email", ""),
        "name": said("name", ""),
        "status": "unsubscribed" if foreign.true(disabled) else "",
        "created": foreign.at(said("created_at", "") or said("start_date", "")),
    }
    return foreign.made(number, ours)
