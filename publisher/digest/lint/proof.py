"""What the rules judge: one message of an edition, filled, read back and laid open. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from publisher.config import Config
from publisher.digest.lint import look, sheet
from publisher.digest.lint.look import Look, Scheme
from publisher.digest.lint.page import Page, parse
from publisher.digest.lint.sheet import Sheet
from publisher.issues.issue import Story


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One reader's mail beside what it was made of."""

    config: Config
    subject: str
    preheader: str
    stories: tuple[Story, ...]
    """In the order in which they stand in it."""
    more: tuple[Story, ...] = ()
    """Those that are only named."""
    intro: str = ""
    """The editor's Markdown."""
    text: str
    """The text part as a mail program decodes it, its lines ended by LF."""
    html: str
    """As it is decoded, its lines ended by LF."""
    sender: str
    """Domain of the From field, in lower case."""
    unsubscribe: str
    """Address of the reader's unsubscribe page."""
    preferences: str
    view: str
    addresses: Mapping[str, str]
    """Path of the article by each address that its links may have in the HTML."""
    page: Page
    sheet: Sheet
    looks: Mapping[Scheme, list[Look]]
    """How each element looks; dark only where the mail brings colours for it."""


def lay_open(
    *,
    config: Config,
    subject: str,
    preheader: str,
    stories: tuple[Story, ...],
    more: tuple[Story, ...] = (),
    intro: str = "",
    text: str,
    html: str,
    sender: str = "",
    unsubscribe: str = "",
    preferences: str = "",
    view: str = "",
    counted: Mapping[str, str] | None = None,
    whole: bool = True,
) -> Proof:
    """The proof of these texts; ``counted`` gives the address of the story by that of its counted link.

    Unless it is ``whole``, the HTML stays closed: no elements, no sheet, no looks.
    """
    paths = {story.url: story.path for story in (*more, *stories)}
    addresses = paths | {address: paths[url] for address, url in (counted or {}).items() if url in paths}
    page = parse(html if whole else "", addresses)
    rules = sheet.read(page)
    schemes = [Scheme.LIGHT, *([Scheme.DARK] if look.has_dark(rules) else [])]
    return Proof(
        config=config,
        subject=subject,
        preheader=preheader,
        stories=stories,
        more=more,
        intro=intro,
        text=text,
        html=html,
        sender=sender,
        unsubscribe=unsubscribe,
        preferences=preferences,
        view=view,
        addresses=addresses,
        page=page,
        sheet=rules,
        looks={scheme: look.looks(page, rules, scheme) for scheme in schemes},
    )
