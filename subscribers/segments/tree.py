"""An expression about readers as a tree, and the same as text. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo


class Field(StrEnum):
    """What can be asked of a reader."""

    TOPIC = "topic"
    NEWSLETTER = "newsletter"
    SCHEDULE = "schedule"
    LANGUAGE = "language"
    TIMEZONE = "timezone"
    FORMAT = "format"
    STATUS = "status"
    DOMAIN = "domain"
    EMAIL = "email"
    NAME = "name"
    HAS = "has"
    JOINED = "joined"
    CONSENT = "consent"
    ENGAGED = "engaged"
    PAUSED = "paused"


MOMENTS = frozenset({Field.JOINED, Field.CONSENT, Field.ENGAGED, Field.PAUSED})
"""The fields that are compared with days; all others are compared with words."""
HAS = ("consent", "engaged", "name", "paused")
"""What a reader can have or lack."""
ALL = "all"
"""As a topic or newsletter: of readers who chose none, and so get all."""


class Relation(StrEnum):
    """How a field is compared."""

    IS = ":"
    BELOW = "<"
    UP_TO = "<="
    ABOVE = ">"
    SINCE = ">="
    ON = "="
    WITHIN = "within"
    BEFORE = "before"


@dataclass(frozen=True, slots=True)
class Test:
    """One question: a field, how it is compared, and with what."""

    field: Field
    relation: Relation
    values: tuple[str, ...]
    """As ``value.read`` cleaned them. Of several any may be the one; moments have one: a period, or a length."""

    def __str__(self) -> str:
        if self.relation is Relation.IS:
            return f"{self.field}:{','.join(map(_quoted, self.values))}"
        ago = " ago" if self.relation is Relation.BEFORE else ""
        return f"{self.field} {self.relation} {self.values[0]}{ago}"


@dataclass(frozen=True, slots=True)
class Not:
    """Whatever its part is not."""

    part: Expression

    def __str__(self) -> str:
        return f"not {_within(self.part)}"


@dataclass(frozen=True, slots=True)
class And:
    """All of its parts: two or more, or none, which is true of everybody."""

    parts: tuple[Expression, ...]

    def __str__(self) -> str:
        return " and ".join(map(_within, self.parts))


@dataclass(frozen=True, slots=True)
class Or:
    """Any of its parts: two or more."""

    parts: tuple[Expression, ...]

    def __str__(self) -> str:
        return " or ".join(map(_within, self.parts))


Expression = And | Or | Not | Test
"""``str()`` of it is its canonical text, which ``language.parse`` reads as the same tree."""
EVERYBODY = And(())


def named(expression: Expression, field: Field) -> tuple[str, ...]:
    """The words that an expression compares the field with, in their order, but for ``ALL``."""
    if isinstance(expression, Test):
        return tuple(each for each in expression.values if each != ALL) if expression.field is field else ()
    parts = (expression.part,) if isinstance(expression, Not) else expression.parts
    return tuple(word for part in parts for word in named(part, field))


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """What the site says where a reader's preference is blank."""

    language: str
    """BCP 47."""
    zone: ZoneInfo
    """Readers' time zone, and that of the expressions' days."""
    first: Mapping[str, str] = field(default_factory=dict)
    """The first schedule of each newsletter: what a reader gets who chose none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """The readers of whom an expression is true at a moment on a site."""

    expression: Expression
    now: datetime
    defaults: Defaults


KEYWORDS = frozenset({"and", "or", "not", "within", "before", "ago"})
PUNCTUATION = '():,<>="“”'
"""What ends a word that is not in quotation marks."""
_ESCAPED = re.compile(r'(["“”\\])')


def lowered(text: str) -> str:
    """The text with A-Z as a-z: the capitals that every database knows alike, whatever its locale."""
    return text.lower() if text.isascii() else text.translate(_LOWER)


_LOWER = {capital: capital + 32 for capital in range(ord("A"), ord("Z") + 1)}


def _within(part: Expression) -> str:
    return f"({part})" if isinstance(part, And | Or) else str(part)


def _quoted(value: str) -> str:
    """The value as it can stand in an expression: in quotation marks where it would be taken for something else."""
    plain = not any(each.isspace() or each in PUNCTUATION for each in value.translate(WIDE))
    if plain and lowered(value) not in KEYWORDS and value[0] != "'":
        return value
    return '"' + _ESCAPED.sub(r"\\\1", value) + '"'


WIDE = str.maketrans("：（），＜＞＝\u3000", ":(),<>= ")
"""The signs as Chinese input methods write them: outside quotation marks they mean the same."""
