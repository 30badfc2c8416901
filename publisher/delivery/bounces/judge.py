"""What a bounce does to its reader, and many of them to an issue. Pure.

- *invalid*: the mailbox does not exist; suppressed at once. *complaint*: suppressed everywhere at once. *leave*: they
  are unsubscribed. *policy*: they refuse us; the person is never suppressed for it.
- *soft* is counted by issues, each once, at its last soft bounce. A reader is suppressed when soft bounces came of at
  least 4 issues, the first and the last of them at least 15 days apart, and either their weights sum up to 3, where
  each halves in 30 days, or they go on for 90 days (a monthly one never weighs 3: 1 + 1/2 + 1/4 + … < 2).
- A delivery ends the count: a mail of an issue that never came back, after which nothing bounced for 5 days, as long
  as common servers try before they give up. What bounced before it is forgotten.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple

from publisher.delivery.bounces.report import Kind
from subscribers.consent import Act

ACTS: Mapping[Kind, Act] = MappingProxyType(
    {Kind.INVALID: Act.BOUNCE, Kind.COMPLAINT: Act.COMPLAIN, Kind.LEAVE: Act.UNSUBSCRIBE}
)
"""What is done at once. A soft bounce is ``Act.BOUNCE`` where ``worn_out`` says so."""
ACTS_BY_LINK: Mapping[Kind, Act] = MappingProxyType({Kind.COMPLAINT: Act.UNSUBSCRIBE})
"""The same where nothing but the code of an unsubscribe link proves the report: whoever was forwarded a mail has that,
and could unsubscribe the reader with it, but must not be able to do more."""
BY_LINK: Mapping[Kind, Kind] = MappingProxyType({Kind.INVALID: Kind.SOFT})
"""As what such a report is counted."""
ISSUES, DAYS, WEIGHT = 4, timedelta(days=15), 3.0
HALF_LIFE, LASTING, SILENCE = timedelta(days=30), timedelta(days=90), timedelta(days=5)
BURST, SHARE, WITHIN = 20, 0.05, timedelta(hours=1)


class Event(NamedTuple):
    """A soft bounce, or a delivery that was accepted."""

    issue: str
    """Empty where nobody knows: such bounces of one day (UTC) count as of one issue."""
    at: datetime


def worn_out(bounces: Iterable[Event], delivered: Iterable[Event], now: datetime) -> bool:
    """Whether a reader's soft bounces have lasted; the docstring of this module has the rule."""
    came = sorted(bounces, key=lambda event: event.at)
    returned = {event.issue for event in came}
    since = max(
        (
            event.at
            for event in delivered
            if event.issue not in returned
            and event.at + SILENCE <= now
            and not any(event.at <= bounce.at <= event.at + SILENCE for bounce in came)
        ),
        default=None,
    )
    last = {_counted(event): event.at for event in came if since is None or event.at > since}
    if len(last) < ISSUES:
        return False
    lasting = max(last.values()) - min(last.values())
    weight = sum(0.5 ** (max(now - at, timedelta()) / HALF_LIFE) for at in last.values())
    return lasting >= DAYS and (weight >= WEIGHT or lasting >= LASTING)


def _counted(event: Event) -> str:
    return event.issue or f"{event.at:%Y-%m-%d}"


def burst(bad: int, refused: int, accepted: int) -> str:
    """A sentence where an issue's bounces of an hour are an alarm, else "".

    ``bad`` readers are gone or complained, ``refused`` ones were refused for our sake (policy); either is an alarm
    above 20 and above 5 % of what was accepted.
    """
    limit = max(BURST, SHARE * accepted)
    if bad > limit:
        return (
            f"{bad} readers of {accepted} are unknown where their mail went, or called it spam, within an hour; "
            "check where these readers came from before more is sent"
        )
    if refused > limit:
        return (
            f"{refused} mails of {accepted} were refused for our sake within an hour; "
            "'publisher issue report' says with what words: check sender, content and rate"
        )
    return ""
