"""Everything that can be said against an issue before it goes out: its lint, and what the world outside says."""

from __future__ import annotations

from datetime import datetime

from publisher.delivery import mail
from publisher.delivery.mail import Post
from publisher.delivery.outside import outside, reach
from publisher.digest import press
from publisher.digest.lint import Finding
from publisher.issues import store

_NOBODY = dict.fromkeys(("address", "unsubscribe", "preferences", "view"), "")


def check(post: Post, id: str, now: datetime, *, links: bool = False) -> tuple[Finding, ...]:
    """The findings for every edition that the issue's readers would get, errors first.

    DNS is asked where mails leave by SMTP, a spam filter where one is installed; with ``links`` every address that
    the editions lead to is asked for once. Raises ``TemplateError`` and ``NotFoundError``.
    """
    with post.database.read() as connection:
        issue = store.get(connection, id)
        wishes = [wish for wish, _ in mail.wishes(post.config, connection, issue)]
    made = press.press_all(post.press, issue, [*wishes, press.public_wish(post.config)])
    found = press.findings(post.press, issue, made)
    if not made:
        return found
    letter = mail.of(post.config, issue)
    slots = press.sample_slots(post.config, letter, now)
    first = mail.prepared(post, issue, next(iter(made.values())))
    addresses = (
        [link for edition in made.values() for link in reach.links(edition.page().fill(_NOBODY))] if links else []
    )
    told = outside(post.config, letter, first.wire.fill(slots, first.sign), keys=post.dkim, links=addresses)
    return tuple(sorted((*found, *told), key=lambda finding: finding.severity != "error"))
