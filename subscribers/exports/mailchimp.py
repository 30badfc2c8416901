"""Mailchimp's audience export: CSV files of the subscribed, the unsubscribed, the cleaned and the others. Pure.

Which of them a file is stands in its columns, UNSUB_TIME or CLEAN_TIME, and in its name, should somebody have deleted
columns. Those who are neither subscribed nor were ("nonsubscribed": customers of a shop) have the columns of the
subscribed and are known by the file's name alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from subscribers.exports import foreign
from subscribers.row import BadRow, Row, shown

NAME = "Mailchimp"
_MARKS = {"member_rating", "optin_time", "confirm_time", "last_changed", "leid", "euid"}
_GOODBYES = {"unsub_time", "unsub_reason", "clean_time"}
_NAMED = re.compile(r"((un|non)?subscribed|cleaned)_members_export")
_NEVER = {"first_name", "last_name", "name", "full_name", "address", "phone", "phone_number", "birthday", "company"}
READ = frozenset(
    {"email", "first_name", "last_name", "name", "full_name", "language", "timezone", "email_type", "tags", "status"}
    | {"optin_time", "optin_ip", "confirm_time", "confirm_ip", "unsub_time", "unsub_reason", "clean_time"}
)
"""The columns that something is taken from; another is one of groups, where its values are topics here."""
_OTHERS = {*_MARKS, "latitude", "longitude", "gmtoff", "dstoff", "cc", "region", "notes"}
_GONE = {"unsubscribed": "unsubscribed", "archived": "unsubscribed", "cleaned": "bounced", "pending": "pending"}


def recognise(header: Collection[str]) -> bool:
    """Whether a file with these columns is one."""
    found = set(header)
    known = len(found & _MARKS) >= 3 or found & _GOODBYES or {"optin_time", "confirm_time"} <= found
    return "email" in found and bool(known)


def named(file: str) -> bool:
    """Whether a file of this name is one."""
    return bool(_NAMED.match(file))


def missing(header: Collection[str], file: str = "") -> tuple[str, ...]:
    """The columns without which nobody can say that a file is one; none where its name says so."""
    if named(file) or not (_MARKS | _GOODBYES).isdisjoint(header):
        return ()
    return ("OPTIN_TIME, CONFIRM_TIME, UNSUB_TIME or CLEAN_TIME",)


def row(number: int, cells: Mapping[str, str], file: str = "") -> Row | BadRow:
    """What the row means here. Who never subscribed there is refused."""
    said = cells.get
    if file.startswith("nonsubscribed") or said("status", "").strip().lower() in {"transactional", "nonsubscribed"}:
        reason = "Mailchimp has them as not subscribed; ask them to sign up here"
        return BadRow(number=number, email=shown(said("email", "")), reason=reason)
    optin, confirm = foreign.at(said("optin_time", "")), foreign.at(said("confirm_time", ""))
    ours = {
        "email": said("email", ""),
        "name": foreign.full_name(cells),
        "status": _status(cells, file),
        "language": said("language", ""),
        "timezone": said("timezone", ""),
        "format": "text" if said("email_type", "").strip().lower() == "text" else "",
        "created": optin or confirm,
    }
    if optin:
        # Who was put on the list by its owner has a CONFIRM_TIME all the same, and no OPTIN_TIME.
        ours |= {"consent_at": confirm or optin, "consent_ip": said("confirm_ip", "") or said("optin_ip", "")}
        ours["consent_text"] = f"Mailchimp: opted in {optin}" + (f", confirmed {confirm}" if confirm else "")
    groups = [
        name
        for column, cell in cells.items()
        if column not in READ and column not in _OTHERS and column not in _NEVER
        for name in foreign.listed(cell)
    ]
    return foreign.made(number, ours, tags=foreign.listed(said("tags", "")), groups=groups)


def _status(cells: Mapping[str, str], file: str) -> str:
    """A column of leaving alone makes a file of those who left, even where a cell of it is blank."""
    left = "unsub_time" if "unsub_time" in cells else "unsub_reason"
    if cells.get("clean_time") or ("clean_time" in cells and left not in cells) or file.startswith("cleaned_members"):
        return "bounced"
    if cells.get(left) or (left in cells and "clean_time" not in cells) or file.startswith("unsubscribed_members"):
        reason = cells.get("unsub_reason", "").lower()
        return "complained" if "abuse" in reason or "complain" in reason else "unsubscribed"
    return _GONE.get(cells.get("status", "").strip().lower(), "")
