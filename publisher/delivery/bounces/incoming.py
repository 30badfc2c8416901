"""A post of a provider's: proved, read, recorded once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from hashlib import sha256

from publisher import log
from publisher.config.webhook import HookIn
from publisher.delivery.bounces import record
from publisher.delivery.bounces.amazon import Amazon
from publisher.delivery.bounces.providers import mailgun, postmark, sendgrid, ses
from publisher.delivery.bounces.providers.event import Refusal, Told
from publisher.delivery.bounces.report import Kind
from publisher.delivery.mail import Post

AT_ONCE = 100
"""Events that are recorded in one transaction: nobody else writes meanwhile."""


def take(
    post: Post, provider: str, headers: Mapping[str, str], body: bytes, now: datetime, amazon: Amazon
) -> Told | Refusal:
    """What a post says, recorded; or why it is not believed. Twice is as good as once.

    ``headers`` by name in any case. ``provider`` is one that the config names. Raises ``FetchError`` where Amazon
    cannot be asked, ``StoreError`` where the database cannot be written: both are to be posted again.
    """
    told = read(post.config.webhooks.incoming[provider], provider, headers, body, now, amazon)
    if isinstance(told, Refusal):
        log.warning("webhook.refused", provider=provider, reason=told.value)
        return told
    if told.confirm:
        amazon.confirm(told.confirm, now)
        log.event("webhook.confirmed", provider=provider)
    if told.ended:
        log.warning("webhook.ended", provider=provider)
    events = [
        record.Told(digest=digest(provider, event.key), reports=event.reports)
        for event in told.events
        if any(report.kind is not Kind.NOTHING for report in event.reports)
    ]
    for start in range(0, len(events), AT_ONCE):
        record.record_all(post, events[start : start + AT_ONCE], now, trusted=True)
    kinds = Counter(report.kind.value for event in told.events for report in event.reports)
    log.event("webhook.taken", provider=provider, events=len(told.events), ignored=told.ignored, **kinds)
    return told


def read(
    hook: HookIn, provider: str, headers: Mapping[str, str], body: bytes, now: datetime, amazon: Amazon
) -> Told | Refusal:
    """What a post says, or why it is not believed; nothing is recorded."""
    match provider:
        case "ses":
            return ses.read(body, hook.topic, now, partial(amazon.certificate, now=now))
        case "mailgun":
            return mailgun.read(body, hook.secret, now)
        case "postmark":
            return postmark.read(headers, body, hook.secret, hook.user)
        case _:
            return sendgrid.read(headers, body, hook.secret, now)


def digest(provider: str, key: str) -> str:
    """What an event is known by."""
    return sha256(f"{provider} {key}".encode("utf-8", "surrogatepass")).hexdigest()
