"""Which newsletters a reader gets and can leave one by one, and what they say of why. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from publisher.config import Config
from publisher.text import one_line
from subscribers import preference
from subscribers.subscriber import Subscriber

REASONS = MappingProxyType(
    {
        "many": "too many mails",
        "irrelevant": "not relevant",
        "unasked": "never signed up",
        "other": "another reason",
    }
)
"""What the form's choice is called in the history."""
NOTE_LIMIT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A newsletter."""

    name: str
    """Its key in the config."""
    title: str


def coming(config: Config, reader: Subscriber) -> tuple[Named, ...]:
    """The newsletters that come to the reader while they are active, in the config's order."""
    return tuple(each for each in _wanted(config, reader) if each.name not in reader.declined)


def left(config: Config, reader: Subscriber) -> tuple[Named, ...]:
    """Those that would come had the reader not left them."""
    return tuple(each for each in _wanted(config, reader) if each.name in reader.declined)


def without(config: Config, reader: Subscriber, newsletter: str) -> tuple[str, ...] | None:
    """What the reader has left once they leave that newsletter too; None where nothing else comes to them.

    Who leaves the last one leaves altogether: a reader of nothing would be a row that nobody can explain.
    """
    if not any(each.name != newsletter for each in coming(config, reader)):
        return None
    return tuple(sorted({*reader.declined, newsletter}))


def _wanted(config: Config, reader: Subscriber) -> tuple[Named, ...]:
    return tuple(
        Named(name=name, title=one_line(letter.title))
        for name, letter in config.newsletters.items()
        if reader.newsletter in {"", name} and (reader.schedule or next(iter(letter.schedules))) in letter.schedules
    )


def said(text: str) -> tuple[str, str]:
    """What ``reason`` made of a form: the choice (a key of ``REASONS``, or blank) and the reader's own words."""
    for key, name in REASONS.items():
        if text == name or text.startswith(f"{name}: "):
            return key, text[len(name) + 2 :]
    return "", text


def reason(fields: Mapping[str, str]) -> str:
    """Why the reader left, as the history keeps it; blank where they did not say."""
    chosen = REASONS.get(fields.get("reason", ""), "")
    note = preference.many_lines(fields.get("note", ""), NOTE_LIMIT)
    return ": ".join(part for part in (chosen, note) if part)
