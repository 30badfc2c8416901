"""Ghost's members export. Pure.

It holds no proof of consent: a member may as well have been entered or imported by the staff.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from subscribers.exports import foreign
from subscribers.row import BadRow, Row, shown

NAME = "Ghost"
READ = frozenset(["email", "name", "subscribed_to_emails", "created_at", "deleted_at", "labels"])


def recognise(header: Collection[str]) -> bool:
    """Whether a file with these columns is one."""
    return {"email", "subscribed_to_emails", "created_at"} <= set(header)


def missing(header: Collection[str], file: str = "") -> tuple[str, ...]:
    """The columns without which nobody can say what a row means."""
    del file
    return () if "subscribed_to_emails" in header else ("subscribed_to_emails",)


def row(number: int, cells: Mapping[str, str], file: str = "") -> Row | BadRow:
    """What the row means here: who takes no mail, or was deleted, is unsubscribed."""
    del file
    said = cells.get
    if "subscribed_to_emails" not in cells:  # of JSON each object has its own names
        reason = "it does not say subscribed_to_emails; export it anew"
        return BadRow(number=number, email=shown(said("email", "")), reason=reason)
    gone = said("deleted_at", "").strip() or not foreign.true(said("subscribed_to_emails", ""))
    ours = {
        "email": said("email", ""),
        "name": said("name", ""),
        "status": "unsubscribed" if gone else "",
        "created": foreign.at(said("created_at", "")),
    }
    return foreign.made(number, ours, tags=foreign.listed(said("labels", "")))
