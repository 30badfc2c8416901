"""What a reader may choose on their page, what their form says, and what of it is a change. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from typing import TypedDict
from zoneinfo import ZoneInfo

from publisher.config import Config
from publisher.text import one_line
from publisher.web.sentence import Rhythm, rhythm
from subscribers import preference
from subscribers.error import PreferenceError
from subscribers.subscriber import Format, Subscriber

ZONES = (
    "UTC",
    *(f"Africa/{city}" for city in ("Cairo", "Casablanca", "Johannesburg", "Lagos", "Nairobi")),
    *(f"America/{city}" for city in ("Anchorage", "Argentina/Buenos_Aires", "Bogota", "Caracas", "Chicago", "Denver")),
    *(f"America/{city}" for city in ("Halifax", "Lima", "Los_Angeles", "Mexico_City", "New_York", "Phoenix")),
    *(f"America/{city}" for city in ("Santiago", "Sao_Paulo", "St_Johns", "Toronto", "Vancouver")),
    *(f"Asia/{city}" for city in ("Almaty", "Baghdad", "Bangkok", "Dhaka", "Dubai", "Ho_Chi_Minh", "Hong_Kong")),
    *(f"Asia/{city}" for city in ("Jakarta", "Jerusalem", "Kabul", "Karachi", "Kathmandu", "Kolkata")),
    *(f"Asia/{city}" for city in ("Kuala_Lumpur", "Macau", "Manila", "Riyadh", "Seoul", "Shanghai", "Singapore")),
    *(f"Asia/{city}" for city in ("Taipei", "Tashkent", "Tehran", "Tokyo", "Urumqi", "Vladivostok", "Yangon")),
    *("Atlantic/Azores", "Atlantic/Reykjavik"),
    *(f"Australia/{city}" for city in ("Adelaide", "Brisbane", "Darwin", "Perth", "Sydney")),
    *(f"Europe/{city}" for city in ("Amsterdam", "Athens", "Berlin", "Brussels", "Dublin", "Helsinki", "Istanbul")),
    *(f"Europe/{city}" for city in ("Kyiv", "Lisbon", "London", "Madrid", "Moscow", "Paris", "Rome", "Stockholm")),
    *(f"Europe/{city}" for city in ("Vienna", "Warsaw", "Zurich")),
    *("Pacific/Auckland", "Pacific/Honolulu"),
)
"""Where most readers are: all of some 400 would bury them. A reader's own zone and the site's are offered besides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A topic that can be ticked."""

    slug: str
    title: str
    ended: bool = False
    """The site does not name it any more. It is offered to those who have it: dropped unseen, a reader of nothing else
    would suddenly get everything; kept unseen, they could not be rid of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """What can come, and when."""

    newsletter: str
    """"" = all."""
    schedule: str
    """"" = each newsletter's first."""
    titles: tuple[str, ...]
    """Of the newsletters."""
    rhythms: tuple[Rhythm, ...]
    narrow: bool = False
    """Whether it goes to some readers only: to those whom the newsletter's ``readers`` means."""

    @property
    def value(self) -> str:
        """As the form writes it: ``weekly/daily``."""
        return f"{self.newsletter}/{self.schedule}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A time zone."""

    name: str
    offset: str
    """At this moment: ``UTC+8``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """All that one reader can choose from: what the site offers, and what they have already."""

    topics: tuple[Topic, ...]
    streams: tuple[Stream, ...]
    languages: tuple[str, ...]
    zones: tuple[Zone, ...]
    """From west to east."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What the form says, or would say of what is stored; not yet checked."""

    name: str
    topics: frozenset[str]
    """Empty = all."""
    stream: str
    """A stream's ``value``; "" = none of those that are offered."""
    language: str
    timezone: str
    """"" = the site's."""
    format: str


class Fault(StrEnum):
    """What can be wrong with a field."""

    ADDRESS = "address"
    """No mailbox can have it."""
    DAY = "day"
    """Not a day within the next year."""
    LONG = "long"
    """More characters than are kept."""
    MISSING = "missing"
    """Something has to be chosen."""
    UNKNOWN = "unknown"
    """Not among what is offered: changed by hand, or the site dropped it while the page was open."""


class Changes(TypedDict, total=False):
    """What ``store.set_preferences`` is to be told."""

    name: str
    topics: tuple[str, ...]
    newsletter: str
    schedule: str
    language: str
    timezone: str
    format: str
    declined: tuple[str, ...]


def fresh(config: Config) -> Offer:
    """What somebody new can choose. Of a site's only newsletter its name is taken: later ones are not agreed to."""
    letters = config.newsletters
    every = [_stream(config, "", "")] if len(letters) > 1 else []
    every += [_stream(config, name, schedule) for name, letter in letters.items() for schedule in letter.schedules]
    return Offer(
        topics=tuple(Topic(slug=slug, title=one_line(rule.title)) for slug, rule in config.topics.items()),
        streams=tuple(every),
        languages=tuple(dict.fromkeys(config.subscribers.languages)),
        zones=(),
    )


def offer(config: Config, reader: Subscriber, now: datetime) -> Offer:
    """What the reader can choose from."""
    new = fresh(config)
    languages = (*new.languages, config.site.language, *([reader.language] if reader.language else []))
    return Offer(
        topics=(
            *new.topics,
            *(Topic(slug=slug, title=slug, ended=True) for slug in reader.topics if slug not in config.topics),
        ),
        streams=_streams(config, reader, new.streams),
        languages=tuple(dict.fromkeys(languages)),
        zones=_zones({*ZONES, config.site.timezone.key, *([reader.timezone] if reader.timezone else [])}, now),
    )


def _streams(config: Config, reader: Subscriber, every: tuple[Stream, ...]) -> tuple[Stream, ...]:
    letters = config.newsletters
    if len(letters) == 1:  # whether the reader has "all" or its name: both are this one
        kept = reader.newsletter if reader.newsletter in letters else ""
        return tuple(replace(stream, newsletter=kept) for stream in every)
    own = _stream(config, reader.newsletter, reader.schedule)
    known = {each.value for each in every} | {f"{name}/" for name in letters}
    return (*every, *([own] if own.titles and own.value not in known else []))


def _stream(config: Config, newsletter: str, schedule: str) -> Stream:
    found = [
        (one_line(letter.title), rhythm(letter.schedules[when]), bool(letter.readers))
        for name, letter in config.newsletters.items()
        if newsletter in {"", name} and (when := schedule or next(iter(letter.schedules))) in letter.schedules
    ]
    return Stream(
        newsletter=newsletter,
        schedule=schedule,
        titles=tuple(title for title, _, _ in found),
        rhythms=tuple(dict.fromkeys(each for _, each, _ in found)),
        narrow=bool(found) and all(narrow for _, _, narrow in found),
    )


def _zones(names: Iterable[str], now: datetime) -> tuple[Zone, ...]:
    found = []
    for name in names:
        try:
            zone = ZoneInfo(preference.timezone(name))
        except PreferenceError:  # this machine's database is older than the name
            continue
        found.append((now.astimezone(zone).utcoffset(), name, Zone(name=name, offset=offset(zone, now))))
    return tuple(zone for _, _, zone in sorted(found, key=lambda each: each[:2]))


def clock(config: Config, reader: Subscriber) -> ZoneInfo:
    """The reader's own time zone; the site's where they chose none, or one that this machine does not know."""
    try:
        return ZoneInfo(preference.timezone(reader.timezone)) if reader.timezone else config.site.timezone
    except PreferenceError:
        return config.site.timezone


def offset(zone: tzinfo, now: datetime) -> str:
    """How far the zone's clock is from UTC at this moment: ``UTC+5:30``, ``UTC−3``, ``UTC``."""
    minutes = int((now.astimezone(zone).utcoffset() or timedelta()).total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    sign = "−" if minutes < 0 else "+"
    return "UTC" if not minutes else f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "")


def stored(reader: Subscriber, offer: Offer, site_language: str) -> Form:
    """The form as it shows what the reader has."""
    return Form(
        name=reader.name,
        topics=frozenset(reader.topics),
        stream=_chosen(reader, offer),
        language=reader.language or site_language,
        timezone=reader.timezone,
        format=reader.format,
    )


def _chosen(reader: Subscriber, offer: Offer) -> str:
    """The stream that the reader gets: a blank schedule is the newsletter's first."""
    own = f"{reader.newsletter}/{reader.schedule}"
    values = [stream.value for stream in offer.streams]
    if own in values or reader.schedule:
        return own if own in values else ""
    return next((stream.value for stream in offer.streams if stream.newsletter == reader.newsletter), "")


def read(fields: Iterable[tuple[str, str]], before: Form) -> Form | None:
    """What the sent fields say; one that is missing stays as it was. None where one stands twice, as no browser does.

    Ticked topics are fields of one name, which a blank one leads: without it none was shown, so none was unticked.
    """
    topics: set[str] = set()
    single: dict[str, str] = {}
    for name, value in fields:
        if name == "topics":
            topics.add(value)
        elif name in single:
            return None
        else:
            single[name] = value
    return Form(
        name=preference.one_line(single.get("name", before.name), 4 * preference.NAME_LIMIT),
        topics=frozenset(topics - {""}) if topics else before.topics,
        stream=single.get("stream", before.stream),
        language=single.get("language", before.language),
        timezone=single.get("timezone", before.timezone),
        format=single.get("format", before.format),
    )


def faults(form: Form, offer: Offer) -> Mapping[str, Fault]:
    """What is wrong, by field, in the order of the page; empty where nothing is."""
    streams = {stream.value for stream in offer.streams}
    wrong = {
        "topics": Fault.UNKNOWN if not form.topics <= {topic.slug for topic in offer.topics} else None,
        "stream": (Fault.UNKNOWN if form.stream else Fault.MISSING)
        if form.stream not in streams and (streams or form.stream)
        else None,
        "format": Fault.UNKNOWN if form.format not in set(Format) else None,
        "language": Fault.UNKNOWN if form.language not in offer.languages else None,
        "timezone": Fault.UNKNOWN if form.timezone not in {"", *(zone.name for zone in offer.zones)} else None,
        "name": Fault.LONG if len(form.name) > preference.NAME_LIMIT else None,
    }
    return {field: fault for field, fault in wrong.items() if fault}


def changes(form: Form, before: Form, offer: Offer, declined: tuple[str, ...] = ()) -> Changes:
    """What a form without faults changes. What stays as it was shown is left alone: a default remains the default.

    Who chooses a newsletter that they had left (``declined``) wants it back.
    """
    told = Changes()
    if form.name != before.name:
        told["name"] = form.name
    if form.topics != before.topics:
        told["topics"] = tuple(sorted(form.topics))
    if form.stream != before.stream:
        chosen = next(stream for stream in offer.streams if stream.value == form.stream)
        told["newsletter"], told["schedule"] = chosen.newsletter, chosen.schedule
        kept = tuple(name for name in declined if chosen.newsletter not in {"", name})
        if kept != declined:
            told["declined"] = kept
    if form.language != before.language:
        told["language"] = form.language
    if form.timezone != before.timezone:
        told["timezone"] = form.timezone
    if form.format != before.format:
        told["format"] = form.format
    return told
