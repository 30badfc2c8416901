"""What the sign-up form offers, says and gets wrong. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from publisher.web.choice import Fault, Offer
from subscribers import preference
from subscribers.address import parse
from subscribers.error import AddressError

_LONGEST = 320
"""Characters of an address that are shown again: none that can be is longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the form says; not yet checked."""

    email: str = ""
    topics: frozenset[str] = frozenset()
    """Empty = all."""
    stream: str
    """A stream's ``value``."""
    language: str


def blank(offer: Offer, language: str, topic: str = "", newsletter: str = "") -> Entry:
    """The form as a page of that language first shows it; ``topic`` and ``newsletter`` are what somebody came for.

    What is not offered is left aside without a word.
    """
    primary = language.partition("-")[0]
    near = [each for each in offer.languages if each.partition("-")[0] == primary]
    streams = [stream for stream in offer.streams if stream.newsletter == newsletter] or list(offer.streams)
    return Entry(
        topics=frozenset({topic} & {each.slug for each in offer.topics}),
        stream=streams[0].value if streams else "",
        language=language if language in offer.languages else (near or list(offer.languages))[0],
    )


def read(fields: Iterable[tuple[str, str]], shown: Entry) -> Entry:
    """What the sent fields say, each name but ``topics`` once; one that is missing stays as it was shown."""
    found = list(fields)
    single = {name: value for name, value in found if name != "topics"}
    return Entry(
        email=preference.one_line(single.get("email", ""), _LONGEST),
        topics=frozenset(value for name, value in found if name == "topics" and value),
        stream=single.get("stream", shown.stream),
        language=single.get("language", shown.language),
    )


def faults(entry: Entry, offer: Offer) -> Mapping[str, Fault]:
    """What is wrong, by field, in the order of the page; empty where nothing is. Nobody's list has a say in it."""
    wrong = {
        "email": _address(entry.email),
        "topics": None if entry.topics <= {topic.slug for topic in offer.topics} else Fault.UNKNOWN,
        "stream": None if entry.stream in {stream.value for stream in offer.streams} else Fault.UNKNOWN,
        "language": None if entry.language in offer.languages else Fault.UNKNOWN,
    }
    return {field: fault for field, fault in wrong.items() if fault}


def _address(text: str) -> Fault | None:
    try:
        parse(text)
    except AddressError:
        return Fault.ADDRESS
    return None
