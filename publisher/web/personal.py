"""A reader's own feed: the stories of their digests, behind a token that only they know."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import datetime
from functools import partial

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from publisher.app import App
from publisher.config import Newsletter
from publisher.delivery import mail
from publisher.digest.edition import Wish, choose
from publisher.errors import NotFoundError
from publisher.feeds import personal
from publisher.feeds.channel import channel_of
from publisher.feeds.feed import Format
from publisher.feeds.newsletter import RECENT
from publisher.feeds.store import FeedStore
from publisher.issues import store
from publisher.issues.issue import BEGUN, Issue
from publisher.text import one_line
from publisher.urls import authority, join
from publisher.web import conditional
from publisher.web.page import Look
from subscribers import store as readers
from subscribers.subscriber import SUPPRESSED, Status, Subscriber
from subscribers.tokens import Purpose, claimed, mac, verify

_FORMS = {form.file: form for form in Format}
_SMALL = 1024


def routes(look: Look) -> list[Route]:
    """The route of these feeds."""
    return [Route("/f/{token}/{file}", partial(_feed, look))]


def _feed(look: Look, request: Request) -> Response:
    """The feed as of now; 410 for a reader who left, so that their program stops asking."""
    app, form = look.app, _FORMS.get(request.path_params["file"])
    reader = _reader(app, request.path_params["token"])
    if reader is None or form is None:
        raise NotFoundError("no such feed")
    if reader.status in SUPPRESSED:
        return PlainTextResponse("this feed has ended: its reader has left\n", 410, headers=_PRIVATE)
    channel, token = channel_of(app.config), request.path_params["token"]
    feeds = FeedStore(app.database)
    feed = personal.chosen(
        feeds,
        channel,
        list(_chosen(app, reader)),
        form,
        id=f"tag:{authority(channel.home_url)},{reader.created:%Y-%m-%d}:readers/{mac(app.keys, f'feed/{reader.id}')}",
        title=f"{_title(app, reader)} · {channel.title}",
        url=join(app.config.web.url or channel.base_url, f"/f/{token}/{form.file}"),
    )
    return _answer(request, feeds, feed, app.config.feeds.max_age, app.clock.now())


def _reader(app: App, token: str) -> Subscriber | None:
    number = claimed(token)
    if number is None:
        return None
    with app.database.read() as connection:
        reader = readers.by_id(connection, number)
    if reader is None or reader.status is Status.PENDING:
        return None
    return reader if verify(app.keys, Purpose.FEED, token, app.clock.now(), reader.epoch) is not None else None


def _title(app: App, reader: Subscriber) -> str:
    return " · ".join(one_line(letter.title) for _, letter, _ in _streams(app, reader)) or reader.newsletter


def _streams(app: App, reader: Subscriber) -> Iterator[tuple[str, Newsletter, str]]:
    """The newsletters that the reader gets, each with its schedule."""
    for name, letter in app.config.newsletters.items():
        schedule = reader.schedule or next(iter(letter.schedules))
        if reader.newsletter in {"", name} and schedule in letter.schedules and name not in reader.declined:
            yield name, letter, schedule


def _chosen(app: App, reader: Subscriber) -> Iterator[str]:
    """The articles of the stories that digests of this reader's wish held, the newest issue's first."""
    wish = mail.wish_of(app.config, reader)
    found: list[tuple[datetime, list[str]]] = []
    with app.database.read() as connection:
        for name, letter, schedule in _streams(app, reader):
            issues = store.latest(connection, newsletter=name, schedule=schedule, states=BEGUN, limit=RECENT)
            found += ((issue.slot, _stories(app, issue, wish, letter)) for issue in issues)
    for _, paths in sorted(found, key=lambda each: each[0], reverse=True):
        yield from paths


def _stories(app: App, issue: Issue, wish: Wish, letter: Newsletter) -> list[str]:
    order = letter.select.topics or tuple(app.config.topics)
    return [story.path for story in choose(issue, wish, letter.select.max, order).stories]


def _answer(request: Request, feeds: FeedStore, feed: personal.Personal, max_age: int, now: datetime) -> Response:
    asked = conditional.heeded(request.headers.raw)
    etag = f'W/"{feed.source}"'
    headers = _PRIVATE | {
        "etag": etag,
        "cache-control": f"private, max-age={max_age}",
        "vary": "Accept-Encoding",
    }
    # A story that leaves the feed moves no date: only the tag tells of that, so that none is given and none believed.
    asked.pop(conditional.IF_MODIFIED_SINCE, None)
    status = conditional.status(asked, etag.encode(), int(feed.updated.timestamp()), now.year)
    if status != 200:
        return Response(status_code=status, headers=headers)
    body = personal.made(feeds, feed)
    if len(body) >= _SMALL and "gzip" in conditional.codings(asked.get(conditional.ACCEPT_ENCODING)):
        body, headers = gzip.compress(body, 6, mtime=0), headers | {"content-encoding": "gzip"}
    charset = "; charset=utf-8" if feed.form is not Format.JSON else ""
    return Response(body, headers=headers | {"content-type": feed.form.media_type + charset})


_PRIVATE = {"referrer-policy": "no-referrer", "x-robots-tag": "noindex", "cache-control": "no-store"}
"""The address is the secret: it must reach no log of anybody else and no shared cache."""
