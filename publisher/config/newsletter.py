"""The section ``newsletters``: what a digest is made of, when, and who must agree."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, PrivateAttr, ValidationInfo, WithJsonSchema, field_validator
from pydantic.json_schema import JsonSchemaValue

from publisher.config import value
from publisher.config.kind import (
    LIST,
    NAMED,
    WORD,
    Address,
    AddressOrNone,
    Duration,
    Filled,
    LanguageOrAny,
    Line,
    Name,
    Quiet,
    Readers,
    Schedule,
    Sender,
    Share,
    SomeTime,
    Subject,
    Whole,
    WindowTime,
    reading,
)
from publisher.config.section import FlawsError, Later, Section, setting
from publisher.config.site import unknown_topics
from subscribers.segments import language, tree

_TOPICS: JsonSchemaValue = {"anyOf": [{"const": "all"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}


def _topics(raw: object) -> object:
    """Nothing for ``all``, else the list; an empty list would choose no article, ever."""
    if raw == "all":
        return []
    if raw == []:
        raise ValueError("names no topic; write all, or the keys of some topics")
    return raw


def _clock(text: str) -> str:
    """``site``, ``reader`` or a zone's name that exists."""
    text = text.strip()
    return text if text in {"site", "reader"} else value.zone(text).key


class Where(Section):
    """Conditions that every story meets."""

    lang: LanguageOrAny = setting("", description="Language by prefix: `zh` takes `zh-CN`.")
    section: Line = setting("", description="First folder under `content.path`.")
    tag: Line = setting("", description="A tag that the article has.")


class Select(Section):
    """How the stories of an issue are chosen."""

    topics: Annotated[tuple[Filled, ...], LIST, BeforeValidator(_topics), WithJsonSchema(_TOPICS)] = setting(
        "all", description="`all`, or the keys of the topics that are sections of the digest."
    )
    where: Where = setting({}, description="Conditions that every story meets.")
    window: WindowTime = setting(
        "since_last_issue",
        description="How far back stories are looked for: `since_last_issue`, or a time such as `7d`.",
    )
    max_age: SomeTime = setting(
        "14d",
        description="An article older than this is no story, whatever the window says; unless it is written, a longer "
        "`window` counts.",
    )
    featured: Annotated[Literal["prefer", "only", "ignore"], WORD] = setting(
        "prefer", description="Whether featured articles come first, alone, or like all others."
    )
    rank: Annotated[Literal["score", "chronological"], WORD] = setting(
        "score",
        description="What comes first: by `score` the fresh, featured and weighty; `chronological` the newest, whether "
        "featured or not.",
    )
    half_life: SomeTime = setting("3d", description="Age at which an article has lost half its freshness.")
    per_topic: Whole = setting(
        3,
        ge=1,
        description="Stories of one topic, at most; unless it is written, `rank: chronological` takes `max`.",
    )
    min: Whole = setting(1, ge=0, description="With fewer stories than this in the whole issue, `empty` applies.")
    max: Whole = setting(12, ge=1, description="Stories that one reader gets, at most.")
    near_duplicate: Share = setting(
        0.30,
        description="Two titles at least so alike tell one story; from 0 to 1. 0 compares none. Titles that differ in "
        "their numbers alone are parts of a series, never one story.",
    )
    repeat: Annotated[Literal["allowed_from_other_newsletters", "never"], WORD] = setting(
        "allowed_from_other_newsletters",
        description="Whether a story may come that another newsletter or schedule of this site has sent: `never`, or "
        "`allowed_from_other_newsletters`. What this schedule sent never comes again.",
    )

    @property
    def reach(self) -> timedelta:
        """The age beyond which nothing is a story. Who writes a window of a month does not mean half of it."""
        if self.window is None or "max_age" in self.model_fields_set:
            return self.max_age
        return max(self.max_age, self.window)

    @property
    def quota(self) -> int:
        """Stories of one topic, at most. Who wants all that is new in its order does not want it cut at three."""
        all_of_it = self.rank == "chronological" and "per_topic" not in self.model_fields_set
        return self.max if all_of_it else self.per_topic

    @field_validator("topics")
    @classmethod
    def _named(cls, topics: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        flaws = unknown_topics(topics, reading(info).topics)
        if flaws:
            raise FlawsError(flaws)
        return topics

    @field_validator("max")
    @classmethod
    def _above_min(cls, most: int, info: ValidationInfo) -> int:
        least = info.data.get("min", 0)
        if most < least:
            raise ValueError(f"{most} is below min, {least}; write at least {least}, or a smaller min")
        return most


class Newsletter(Section):
    """One newsletter."""

    title: Filled = setting(description="Name that readers see.", example="My weekly")
    sender: Sender = setting(alias="from", description="Sender of its mails.", example="Name <news@example.org>")
    reply_to: AddressOrNone = setting("", description="Bare address that answers go to, if not to the sender.")
    subject: Subject = setting(
        "{title}: {first_title}",
        description="Subject of its mails. In braces: `{title}` of the newsletter, `{first_title}` and `{titles}` of "
        "the stories, `{date}`, `{count}` of stories, `{number}` of the issue.",
    )
    preheader: Subject = setting(
        "{titles}", description="Line that mail programs show after the subject; as `subject`."
    )
    design: Annotated[Literal["cards", "list", "text"], WORD] = setting(
        "cards",
        description="How its mails look: `cards` with pictures, a compact `list`, or `text` without colours and "
        "pictures. Each is a template that the site may replace.",
    )
    schedules: Annotated[dict[Name, Schedule], NAMED] = setting(
        {"weekly": "mon 08:00"},
        description="Rhythms, of which a reader has one; the first is the default. `08:00`, `mon 08:00`, "
        '`mon,thu 08:00`, `15 08:00`, `1st mon 09:00` or `{cron: "0 8 * * mon"}`.',
    )
    timezone: Annotated[
        str,
        BeforeValidator(_clock),
        WORD,
        Later("is not followed: readers get it by the site's clock in this version", lambda text: text == "reader"),
    ] = setting("site", description="Clock of the schedules: `site`, `reader` (each by their own) or a zone's name.")
    readers: Readers = setting(
        "",
        description="Only readers of whom this is true get it, such as `language:zh and engaged within 90d`; empty: "
        "all of its readers. The words are those of docs/segments.md.",
    )
    draft_before: Duration = setting("24h", description="How long before its slot the draft is made.")
    late_ok: Duration = setting("12h", description="A slot missed by more than this is merged into the next one.")
    approve: Annotated[Literal["required", "auto"], WORD] = setting(
        "required", description="Whether somebody must approve an issue before it is sent."
    )
    approvals: Whole = setting(
        1, ge=1, le=9, description="How many approvers; with 1 an editor-approver may approve their own draft."
    )
    select: Select = setting({}, description="How its stories are chosen.")
    empty: Annotated[Literal["skip", "send_note"], WORD] = setting(
        "skip", description="What an issue with too few stories does: nothing, or a note that there is no news."
    )
    notify: Annotated[tuple[Address, ...], LIST, Later("is not used: nobody is notified yet")] = setting(
        (), description="Who is told of drafts to approve and of what went wrong."
    )
    quiet_hours: Annotated[Quiet, Later("is not followed: mails leave at their slot in this version")] = setting(
        "", description="Hours of the reader's clock in which nothing is sent, such as `22:00-07:00`."
    )
    deadline: SomeTime = setting("48h", description="Nothing of an issue is sent later than this after its slot.")
    canary: Annotated[Share, Later("is not followed: an issue goes to all readers at once in this version")] = setting(
        0, description="Share of the readers who get an issue first, such as `5%`; 0: none."
    )
    _name: str = PrivateAttr("")
    _zone: ZoneInfo = PrivateAttr(ZoneInfo("UTC"))

    @property
    def name(self) -> str:
        """Its key in the file."""
        return self._name

    @property
    def zone(self) -> ZoneInfo:
        """The zone its slots are counted in: its own, or the site's."""
        return self._zone

    def placed(self, name: str, site: ZoneInfo) -> Self:
        """Itself, knowing its key and the site's zone. For the configuration that holds it, while that is made."""
        self._name = name
        self._zone = site if self.timezone in {"site", "reader"} else ZoneInfo(self.timezone)
        return self

    @field_validator("schedules")
    @classmethod
    def _some(cls, schedules: dict[str, object]) -> dict[str, object]:
        if not schedules:
            raise ValueError('names no schedule; write for example {weekly: "mon 08:00"}')
        return schedules

    @field_validator("readers")
    @classmethod
    def _of_known_topics(cls, readers: str, info: ValidationInfo) -> str:
        wanted = dict.fromkeys(tree.named(language.parse(readers), tree.Field.TOPIC))
        for _, text in unknown_topics(tuple(wanted), reading(info).topics):
            raise ValueError(text)
        return readers

    @field_validator("approve")
    @classmethod
    def _time_to_approve(cls, approve: str, info: ValidationInfo) -> str:
        if approve == "required" and info.data.get("draft_before") == timedelta():
            raise ValueError(
                "leaves no time to approve with draft_before: 0; write draft_before: 24h, or approve: auto"
            )
        return approve


Newsletters = Annotated[dict[Name, Newsletter], NAMED]
