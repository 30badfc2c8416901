"""Makes letters: the site's own words, and nothing that a visitor may have typed, so that nobody speaks through us."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from publisher.config import Config, Newsletter
from publisher.delivery import link
from publisher.delivery.letters.letter import Kind
from publisher.delivery.mail import Post, own_domain, reach, return_path, signer
from publisher.delivery.sender import Message
from publisher.delivery.transport import Envelope
from publisher.digest import wire
from publisher.digest.render import letter
from publisher.errors import StateError
from subscribers import store as readers
from subscribers.consent import Act
from subscribers.db import asking
from subscribers.subscriber import Status, Subscriber
from subscribers.tokens import mac

NO_ISSUE = 0
"""What the return path of a letter names in place of an issue, whose numbers begin at 1."""
_Words = Mapping[str, Any]  # Any: templates take what they name


def message(post: Post, kind: Kind, reader: Subscriber, now: datetime) -> Message:
    """The letter of that kind to the reader, made anew at each attempt: its links count from this moment.

    Raises ``StateError`` without a newsletter, ``TemplateError`` for a template that cannot be filled.
    """
    speaker = _speaker(post.config, reader)
    language = reader.language or post.config.site.language
    values = _VALUES[kind](post, reader, now)
    written = letter(kind.value, "", post.config, post.templates, language=language, **values)
    id = f"<{mac(post.keys, f'{kind}/{reader.id}/{now.isoformat()}')}@{own_domain(speaker.sender)}>"
    body = wire.letter(
        written,
        sender=speaker.sender,
        to=reader.address,
        message_id=id,
        date=now.astimezone(speaker.zone),
        language=post.templates.lang(language),
        sign=signer(post, speaker.sender),
    )
    back = return_path(post, speaker.sender, reader.id, NO_ISSUE)
    envelope = Envelope(sender=back, recipient=reach(reader.address), message_id=id)
    return Message(envelope=envelope, body=body)


def need_newsletter(config: Config) -> None:
    """Raises ``StateError`` where there is no newsletter that could speak to a reader."""
    if not config.newsletters:
        raise StateError("no newsletter is configured, so no letter can be sent", hint="add one under newsletters:")


def _speaker(config: Config, reader: Subscriber) -> Newsletter:
    """The newsletter that a letter to the reader speaks for."""
    need_newsletter(config)
    return config.newsletters.get(reader.newsletter) or next(iter(config.newsletters.values()))


def _confirm(post: Post, reader: Subscriber, now: datetime) -> _Words:
    within = post.config.subscribers.confirm_within
    with post.database.read() as connection:
        address = link.confirm(connection, post.config, post.keys, reader.id, now + within)
        wish = asking.found(connection, reader.id)
        imported = any(event.act is Act.IMPORT_PENDING for event in readers.history(connection, reader.id))
    wanted = reader
    if wish:
        wanted = replace(reader, newsletter=wish["newsletter"], declined=wish["declined"])
    return {
        "confirm": address,
        "days": _days(within),
        "newsletters": _titles(post.config, wanted),
        "former": bool(reader.former) or imported,
    }


def _titles(config: Config, reader: Subscriber) -> list[str]:
    """Titles of the newsletters that the reader will get."""
    asked = (
        letter.title
        for name, letter in config.newsletters.items()
        if reader.newsletter in {"", name} and name not in reader.declined
    )
    return list(asked) or [_speaker(config, reader).title]


def _known(post: Post, reader: Subscriber, now: datetime) -> _Words:
    del now
    preferences = link.preferences(post.config, post.keys, reader.id, reader.epoch)
    return {"preferences": preferences, "paused": reader.status is Status.PAUSED}


def _data(post: Post, reader: Subscriber, now: datetime) -> _Words:
    return {
        "data": link.data(post.config, post.keys, reader.id, reader.epoch, now),
        "hours": int(link.DATA_WITHIN.total_seconds()) // 3600,
    }


def _days(within: timedelta) -> int:
    return max(1, within.days)


_VALUES = {Kind.CONFIRM: _confirm, Kind.KNOWN: _known, Kind.DATA: _data}
"""What each template is told beside the site and its newsletter."""
