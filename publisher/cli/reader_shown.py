"""How a reader is laid out in a terminal, a line each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

from publisher.cli.context import table

if TYPE_CHECKING:
    from publisher.delivery.bounces.store import Bounce
    from publisher.delivery.delivery import State
    from subscribers.consent import ConsentEvent
    from subscribers.store import Stats
    from subscribers.subscriber import Subscriber

_COLUMNS = 88
"""Of what readers agreed to or wrote: so wide that it is read with ease."""


def values(reader: Subscriber) -> dict[str, Any]:
    """What is known of the reader, by the names of an export's columns."""
    from subscribers.address import flags

    return {
        "id": reader.id,
        "email": reader.address,
        "name": reader.name,
        "status": reader.status.value,
        "topics": ";".join(reader.topics),
        "newsletter": reader.newsletter,
        "schedule": reader.schedule,
        "language": reader.language,
        "timezone": reader.timezone,
        "format": str(reader.format),
        "consent_at": reader.consent_at,
        "consent_ip": reader.consent_ip,
        "consent_text": reader.consent_text,
        "declined": ";".join(reader.declined),
        "paused_until": reader.paused_until,
        "joined": reader.created,
        "flags": ";".join(sorted(flags(reader.key))),
    }


def lines(
    reader: Subscriber,
    feed: str,
    history: Sequence[ConsentEvent],
    sent: Sequence[tuple[str, State, str, str, datetime]],
    returned: Sequence[Bounce],
    zone: tzinfo,
) -> Iterator[str]:
    """The reader, their history, what they were sent and what came back; every moment in that zone."""
    for name, value in (values(reader) | {"feed": feed}).items():
        yield from _value(name, _moment(value, zone) if isinstance(value, datetime) else str(value or ""))
    yield ""
    yield from _events(history, zone)
    if sent:
        yield ""
        yield from table(("issue", "delivery", "reply"), [(issue, state, reply) for issue, state, reply, _, _ in sent])
    if returned:
        yield ""
        yield from table(
            ("came back", "issue", "report", "reply"),
            [(_moment(each.at, zone), each.issue, each.kind, each.reply) for each in returned],
        )


def _value(name: str, value: str) -> Iterator[str]:
    first, *others = _wrapped(value) or ["-"]
    yield f"{name:13} {first}"
    yield from (f"{'':13} {line}" for line in others)


def _events(history: Sequence[ConsentEvent], zone: tzinfo) -> Iterator[str]:
    """A line for each, and below it what was said: the words agreed to, what changed, the reason of leaving."""
    rows = [(_moment(event.at, zone), event.act, event.status, event.how, event.ip or "-") for event in history]
    told = list(table(("when", "act", "then", "how", "from"), rows))
    yield from told[:1]
    for line, event in zip(told[1:], history, strict=True):
        yield line
        yield from (f"    {said}" for said in _wrapped(event.text))


def _wrapped(text: str) -> list[str]:
    from publisher.text import wrap

    return [line for paragraph in text.splitlines() for line in wrap(paragraph, _COLUMNS)]


def _moment(at: datetime, zone: tzinfo) -> str:
    return at.astimezone(zone).isoformat(" ", "minutes")


def counts(found: Stats) -> Iterator[str]:
    """How many readers there are: by state, then the active ones by what they want."""
    from dataclasses import asdict

    groups: Mapping[str, Mapping[str, int]] = asdict(found)
    yield f"statuses: {_counted(groups['statuses'])}"
    yield "of the active readers:"
    yield from (f"  {name}: {_counted(values)}" for name, values in groups.items() if name != "statuses")


def _counted(values: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name or '(default)'}" for name, count in values.items()) or "-"
