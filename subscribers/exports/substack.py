"""Substack's subscriber exports: ``email_list.….csv``, and the CSV of the subscribers page. Pure.

The latter holds only those who get the mails. Neither holds a proof of consent.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from subscribers.exports import foreign
from subscribers.row import BadRow, Row

NAME = "Substack"
READ = frozenset(["email", "name", "email_disabled", "created_at", "start_date"])


def recognise(header: Collection[str]) -> bool:
    """Whether a file with these columns is one."""
    names = set(header)
    return {"email", "active_subscription", "email_disabled"} <= names or {
        "email",
        "stripe_plan",
        "start_date",
    } <= names


def row(number: int, cells: Mapping[str, str], file: str = "") -> Row | BadRow:
    """What the row means here: whose mail is disabled is unsubscribed."""
    del file
    said = cells.get
    ours = {
        "email": said("email", ""),
        "name": said("name", ""),
        "status": "unsubscribed" if foreign.true(said("email_disabled", "")) else "",
        "created": foreign.at(said("created_at", "") or said("start_date", "")),
    }
    return foreign.made(number, ours)
