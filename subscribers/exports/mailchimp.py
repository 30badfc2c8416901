"""Mailchimp's audience export: CSV files of the subscribed, the unsubscribed, the cleaned and the others. Pure.

Which of them a file is stands in its columns: UNSUB_TIME or CLEAN_TIME. Those who are neither subscribed nor were
("nonsubscribed": customers of a shop) have the columns of the subscribed and are known by the file's name alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from subscribers.exports import foreign
from subscribers.row import BadRow, Row, shown

NAME = "Mailchimp"
_MARKS = {"member_rating", "optin_time", "confirm_time", "last_changed", "leid", "euid"}
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
    return "email" in header and len(_MARKS.intersection(header)) >= 3


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
        "status": _status(cells),
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


def _status(cells: Mapping[str, str]) -> str:
    """A column of leaving alone makes a file of those who left, even where a cell of it is blank."""
    if cells.get("clean_time") or ("clean_time" in cells and "unsub_time" not in cells):
        return "bounced"
    if cells.get("unsub_time") or ("unsub_time" in cells and "clean_time" not in cells):
        reason = cells.get("unsub_reason", "").lower()
        return "complained" if "abuse" in reason or "complain" in reason else "unsubscribed"
    return _GONE.get(cells.get("status", "").strip().lower(), "")
