"""Buttondown's subscribers export: what is ``type`` now was ``subscriber_type`` once. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from subscribers.exports import foreign
from subscribers.row import BadRow, Row, shown

NAME = "Buttondown"
READ = frozenset(
    {"email", "type", "subscriber_type", "tags", "creation_date", "ip_address", "source"}
    | {"unsubscription_date", "undeliverability_date"}
)
_STATUS = {
    **dict.fromkeys(["regular", "premium", "trialed", "unpaid", "gifted", "churning", "churned", "past_due"], ""),
    **dict.fromkeys(["unactivated", "upcoming"], "pending"),
    **dict.fromkeys(["unsubscribed", "removed", "blocked", "disabled", "spammy"], "unsubscribed"),
    **dict.fromkeys(["undeliverable", "malformed"], "bounced"),
    "complained": "complained",
    "paused": "paused",
}
_OWN_WILL = {"organic", "embedded_form"}
"""Sources that are the reader's own sign-up, which Buttondown lets through once it was confirmed."""


def recognise(header: Collection[str]) -> bool:
    """Whether a file with these columns is one."""
    return {"email", "creation_date"} <= set(header) and not {"type", "subscriber_type"}.isdisjoint(header)


def missing(header: Collection[str], file: str = "") -> tuple[str, ...]:
    """The columns without which nobody can say what a row means."""
    del file
    return ("type",) if {"type", "subscriber_type"}.isdisjoint(header) else ()


def row(number: int, cells: Mapping[str, str], file: str = "") -> Row | BadRow:
    """What the row means here. A type that nobody knows is refused: it may mean that they left."""
    del file
    said = cells.get
    kind = (said("type", "") or said("subscriber_type", "")).strip().lower()
    if kind not in _STATUS:
        reason = f"type {kind[:40]!r} is none of Buttondown's that are known; see docs/moving.md"
        return BadRow(number=number, email=shown(said("email", "")), reason=reason)
    status, created = _STATUS[kind], foreign.at(said("creation_date", ""))
    if not status or status == "paused":
        status = "unsubscribed" if said("unsubscription_date", "").strip() else status
        status = "bounced" if said("undeliverability_date", "").strip() else status
    ours = {"email": said("email", ""), "status": status, "created": created}
    if created and status in {"", "paused"} and said("source", "").strip().lower() in _OWN_WILL:
        ours |= {"consent_at": created, "consent_ip": said("ip_address", "")}
        ours["consent_text"] = f"Buttondown: signed up {created}"
    return foreign.made(number, ours, tags=foreign.listed(said("tags", "").strip("[] ").replace("'", '"')))
