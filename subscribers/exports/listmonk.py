"""listmonk's subscribers: the CSV of its page, and the JSON of its API with the lists. Pure.

The CSV tells neither lists nor opt-in: only that somebody is on the blocklist.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from subscribers.exports import foreign
from subscribers.row import BadRow, Row, shown

NAME = "listmonk"
READ = frozenset(["email", "name", "status", "attributes", "attribs", "lists", "created_at"])
_STATUS = {"enabled": "", "disabled": "unsubscribed", "blocklisted": "unsubscribed"}


def recognise(header: Collection[str]) -> bool:
    """Whether a file with these columns, or objects with these names, is one."""
    return {"uuid", "email", "status"} <= set(header) and not {"attributes", "attribs"}.isdisjoint(header)


def missing(header: Collection[str], file: str = "") -> tuple[str, ...]:
    """The columns without which nobody can say what a row means."""
    del file
    return () if "status" in header else ("status",)


def row(number: int, cells: Mapping[str, str], file: str = "") -> Row | BadRow:
    """What the row means here. Who left every list is unsubscribed; who confirmed one has agreed."""
    del file
    said = cells.get
    status = said("status", "").strip().lower()
    if status not in _STATUS:
        reason = f"status {status[:40]!r} is none of listmonk's; {', '.join(_STATUS)} are known"
        return BadRow(number=number, email=shown(said("email", "")), reason=reason)
    lists = [each for each in _json(said("lists", ""), list) if isinstance(each, dict)]
    kept = [each for each in lists if each.get("subscription_status") != "unsubscribed"]
    attributes = _json(said("attributes", "") or said("attribs", ""), dict)
    ours = {
        "email": said("email", ""),
        "name": said("name", ""),
        "status": _STATUS[status] or ("unsubscribed" if lists and not kept else ""),
        "language": _text(attributes, "language", "lang", "locale"),
        "timezone": _text(attributes, "timezone", "tz"),
        "created": foreign.at(said("created_at", "")),
        **_consent(kept),
    }
    return foreign.made(number, ours, tags=[name for each in kept if (name := _text(each, "name"))])


def _consent(lists: list[dict[str, Any]]) -> dict[str, str]:  # Any: what JSON holds
    """The earliest confirmation by a double opt-in, if there is one."""
    found = []
    for each in lists:
        when = foreign.at(_text(each, "subscription_updated_at", "subscription_created_at"))
        if each.get("subscription_status") == "confirmed" and each.get("optin") == "double" and when:
            meta = each.get("subscription_meta")
            ip = _text(meta, "optin_ip") if isinstance(meta, dict) else ""
            found.append((when, ip, f"listmonk: confirmed the list {_text(each, 'name')}"))
    if not found:
        return {}
    when, ip, text = min(found)
    return {"consent_at": when, "consent_ip": ip, "consent_text": text}


def _json(text: str, kind: type[Any]) -> Any:  # Any: what JSON holds
    """The value in the cell, if it is of the kind; else an empty one."""
    try:
        value = json.loads(text) if text.strip() else None
    except (ValueError, RecursionError):
        value = None
    return value if isinstance(value, kind) else kind()


def _text(values: Mapping[str, Any], *names: str) -> str:  # Any: what JSON holds
    """The first text of these names."""
    return next((value for name in names if isinstance(value := values.get(name), str) and value), "")
