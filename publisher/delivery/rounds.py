"""What is done for readers whatever is sent: wishes and letters each second, returned mail and dates each minute."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from publisher import log
from publisher.delivery import duties, signup
from publisher.delivery.bounces import poll
from publisher.delivery.letters import postman
from publisher.delivery.mail import Post
from publisher.delivery.transport import Transport

LONG = timedelta(minutes=5)
"""How long ``drained`` goes on; what waits then is the next run's."""


def each_second(post: Post, transport: Transport, clock: Callable[[], datetime]) -> bool:
    """Decides sign-ups that wait and sends letters that are due; False where that was not possible now."""
    return _done("letters.failed", lambda: signup.work(post, transport, clock))


def each_minute(post: Post, now: datetime) -> bool:
    """Ends pauses, forgets who did not confirm, reads returned mail; False where some of it was not possible now."""
    polled: list[poll.Polled] = []
    done = [
        _done("duties.failed", lambda: duties.each_round(post, now)),
        _done("bounces.failed", lambda: polled.append(poll.poll(post, now))),
    ]
    return all(done) and not any(each.trouble for each in polled)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drained:
    """What was done with all that waited."""

    sent: int
    """Letters."""
    done: bool
    """False where some of it was not possible now."""


def drained(post: Post, transport: Transport, clock: Callable[[], datetime]) -> Drained:
    """Decides all sign-ups that wait and sends all letters that are due, for ``LONG`` at most."""
    sent: list[int] = []
    end = clock() + LONG

    def work() -> None:
        more = True
        while more and clock() < end:
            signup.decide(post, clock())
            sent.append(postman.send_due(post, transport, clock))
            more = signup.waits(post) or postman.waits(post, clock())

    done = _done("letters.failed", work)
    return Drained(sent=sum(sent), done=done)


def _done(name: str, work: Callable[[], object]) -> bool:
    """Whether the work was done: what one part of a round fails at is told, and the next part is done all the same."""
    try:
        work()
    except Exception as error:  # noqa: BLE001 # a defect in one part must not end what readers are owed by the others
        log.trouble(name, error, hint=getattr(error, "hint", ""))
        return False
    return True
