"""The front page: what the site sends, and the form that asks for it. Its answers are the same for every address."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from publisher.app import App
from publisher.content import frequency
from publisher.content.frequency import Frequency
from publisher.content.index import Index
from publisher.delivery import signup
from publisher.delivery.signup import Answer, Wanted
from publisher.issues import store
from publisher.web import choice, entry, form, stamp
from publisher.web.choice import Fault, Offer
from publisher.web.entry import Entry
from publisher.web.page import Look, page, tongue
from publisher.web.public import FOREVER
from publisher.web.security import scripted_policy
from publisher.web.stamp import Verdict

_SHORTLY = {"cache-control": "public, max-age=60"}
_OWN = {"cache-control": "no-store"}
"""A page with a form is its visitor's own: it holds a stamp of this moment, which works for a day, and only once where
the form asks for work."""
_LATEST = 5
_COUNTED_FOR = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What the page shows of a form: as it is at first, or as it was sent, with what is wrong."""

    entry: Entry
    faults: Mapping[str, Fault] = field(default_factory=dict)
    note: str = ""
    """``stale``, ``hasty`` or ``work``: nothing is wrong, and yet it has to be sent once more."""
    stamp: str = ""
    """The one that counts on; empty for a new one."""
    status: int = 200


class Tempo:
    """How often each topic brings something; kept for ten minutes, as all articles may be gone through for it."""

    def __init__(self) -> None:
        self._kept: tuple[datetime, Mapping[str, Frequency]] | None = None

    def of(self, app: App) -> Mapping[str, Frequency]:
        """The frequency of each topic of the config, by its key."""
        now = app.clock.now()
        if self._kept is None or now - self._kept[0] >= _COUNTED_FOR:
            self._kept = (now, _counted(app, now))
        return self._kept[1]


def _counted(app: App, now: datetime) -> dict[str, Frequency]:
    since, found, open_ = now - frequency.WINDOW, defaultdict[str, list[datetime]](list), set(app.config.topics)
    for article in Index(app.database).listing(now) if open_ else ():  # newest first
        for key, _ in article.topics:
            if key in open_:
                found[key].append(article.published)
        if article.published < since:
            open_ -= {key for key, _ in article.topics}
        if not open_:
            break
    return {key: frequency.frequency(found[key], now) for key in app.config.topics}


def routes(look: Look) -> list[Route]:
    """The routes of this page and of the one script it may need."""
    script = look.app.templates.render("web/work.js", language="en")
    name = f"/static/work.{hashlib.blake2b(script.encode(), digest_size=6).hexdigest()}.js"
    return [
        Route("/", partial(_front, look, Tempo(), name), methods=["GET", "POST"]),
        Route(name, partial(_script, script)),
    ]


def _script(script: str, request: Request) -> Response:
    del request
    return Response(script, media_type="text/javascript", headers={"cache-control": FOREVER})


async def _front(look: Look, tempo: Tempo, script: str, request: Request) -> Response:
    """GET shows the form, POST takes it: nobody is looked up here, so that no answer can tell who is on the list."""
    body = await request.body() if request.method == "POST" else b""
    return await run_in_threadpool(_answer, look, tempo, script, request, body)


def _answer(look: Look, tempo: Tempo, script: str, request: Request, body: bytes) -> Response:
    shown = partial(_shown, look, tempo, script, request)
    query, offer = request.query_params, choice.fresh(look.app.config)
    first = partial(entry.blank, offer, tongue(look, request))
    if request.method != "POST":
        return shown(offer, _Asked(entry=first(query.get("topic", ""), query.get("newsletter", ""))))
    if not offer.streams:
        raise HTTPException(405, headers={"allow": "GET, HEAD"})
    fields = form.fields(request, body)
    single = form.single(fields, "topics")
    wish = entry.read(fields, first())
    if faults := entry.faults(wish, offer):
        return shown(offer, _Asked(entry=wish, faults=faults, status=422))
    return _judged(look, request, wish, single, partial(shown, offer))


def _judged(look: Look, request: Request, wish: Entry, fields: Mapping[str, str], again: partial[Response]) -> Response:
    """The answer to a form without faults. What looks like a machine is told what everybody is told."""
    app, now = look.app, look.app.clock.now()
    verdict = stamp.judge(app.keys, app.config, fields, now, app.database)
    if verdict in {Verdict.STALE, Verdict.HASTY, Verdict.WORK}:
        kept = fields["stamp"] if verdict is Verdict.HASTY else ""
        return again(_Asked(entry=wish, note=verdict.value, stamp=kept, status=422))
    answer = Answer.TAKEN
    if verdict is Verdict.OK:
        answer = signup.take(app.post, _wanted(look, request, wish), now)
    status = {Answer.TAKEN: 200, Answer.BUSY: 429, Answer.CLOSED: 503}[answer]
    days = max(1, app.config.subscribers.confirm_within.days)
    return page(look, request, "web/asked.html", status=status, answer=answer.value, days=days, headers=_OWN)


def _wanted(look: Look, request: Request, wish: Entry) -> Wanted:
    newsletter, _, schedule = wish.stream.partition("/")
    return Wanted(
        address=wish.email,
        topics=tuple(sorted(wish.topics)),
        newsletter=newsletter,
        schedule=schedule,
        language=wish.language,
        timezone="",
        format="",
        consent_text=_consent(look, request),
        ip=form.visitor(request),
    )


def _consent(look: Look, request: Request) -> str:
    """The sentence that the page shows and the reader's history keeps."""
    app = look.app
    told = app.templates.render("web/consent.txt", language=tongue(look, request), site=app.config.site)
    return " ".join(told.split())


def _shown(look: Look, tempo: Tempo, script: str, request: Request, offer: Offer, asked: _Asked) -> Response:
    app, config, now = look.app, look.app.config, look.app.clock.now()
    with app.database.read() as connection:
        issues = store.listed(connection, limit=_LATEST)
    state = ("open" if signup.is_open(app.database, now) else "closed") if offer.streams else ""
    work = config.subscribers.signup.proof_of_work if state == "open" else 0
    policy = {"content-security-policy": scripted_policy(config)} if work else {}
    return page(
        look,
        request,
        "web/home.html",
        status=asked.status,
        headers=(_OWN if state else _SHORTLY) | policy,
        issues=issues,
        zone=config.site.timezone,
        state=state,
        offer=offer,
        form=asked.entry,
        faults=asked.faults,
        note=asked.note,
        paces=tempo.of(app) if offer.topics else {},
        consent=_consent(look, request),
        stamp=(asked.stamp or stamp.new(app.keys, now)) if state == "open" else "",
        script=script if work else "",
        work=work,
    )
