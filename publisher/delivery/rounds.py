"""What is done for readers whatever is sent: wishes and letters each second, returned mail and dates each minute."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from publisher import log
from publisher.delivery import duties, signup
from publisher.delivery.bounces import poll
from publisher.delivery.mail import Post
from publisher.delivery.transport import Transport
from publisher.errors import PublisherError


def each_second(post: Post, transport: Transport, now: datetime) -> bool:
    """Decides sign-ups that wait and sends letters that are due; False where that was not possible now."""
    return _done("letters.failed", lambda: signup.work(post, transport, now))


def each_minute(post: Post, now: datetime) -> bool:
    """Ends pauses, forgets who did not confirm, reads returned mail; False where some of it was not possible now."""
    polled: list[poll.Polled] = []
    done = [
        _done("duties.failed", lambda: duties.daily(post, now)),
        _done("bounces.failed", lambda: polled.append(poll.poll(post, now))),
    ]
    return all(done) and not any(each.trouble for each in polled)


def _done(name: str, work: Callable[[], object]) -> bool:
    """Whether the work was done: what one part of a round fails at is told, and the next part is done all the same."""
    try:
        work()
    except PublisherError as error:
        log.trouble(name, error, hint=error.hint)
        return False
    return True
