"""Editions in the database: what was approved, kept as it will be sent and as the archive shows it."""

from __future__ import annotations

import json

import sqlalchemy as sa

from publisher.db.engine import Connection, metadata
from publisher.digest.edition import Edition, Format, Wish
from publisher.issues.store import story_from, story_json

edition_table = sa.Table(
    "edition",
    metadata,
    sa.Column("issue", sa.Text, sa.ForeignKey("issue.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("topics", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("format", sa.Text, nullable=False),
    sa.Column("lang", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("preheader", sa.Text, nullable=False),
    sa.Column("html", sa.Text, nullable=False),
    sa.Column("page", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("stories", sa.Text, nullable=False),
)


def save(connection: Connection, editions: list[Edition]) -> None:
    """Keeps editions; one that is kept already stays as it was approved."""
    for edition in editions:
        if load(connection, edition.issue, edition.key) is not None:
            continue
        connection.execute(
            sa.insert(edition_table).values(
                issue=edition.issue,
                key=edition.key,
                topics=json.dumps(edition.wish.topics, ensure_ascii=False),
                language=edition.wish.language,
                format=str(edition.wish.format),
                lang=edition.lang,
                subject=edition.subject,
                preheader=edition.preheader,
                html=edition.html,
                page=edition.page,
                text=edition.text,
                stories=json.dumps([story_json(story) for story in edition.stories], ensure_ascii=False),
            )
        )


def load(connection: Connection, issue: str, key: str) -> Edition | None:
    """The kept edition of that key, or None."""
    table = edition_table
    query = sa.select(table).where(table.c.issue == issue, table.c.key == key)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        return None
    wish = Wish(topics=tuple(json.loads(row["topics"])), language=row["language"], format=Format(row["format"]))
    return Edition(
        key=row["key"],
        wish=wish,
        issue=row["issue"],
        lang=row["lang"],
        subject=row["subject"],
        preheader=row["preheader"],
        html=row["html"],
        page=row["page"],
        text=row["text"],
        stories=tuple(story_from(json.loads(story)) for story in json.loads(row["stories"])),
    )


def keys(connection: Connection, issue: str) -> list[str]:
    """The keys of the kept editions of an issue."""
    query = sa.select(edition_table.c.key).where(edition_table.c.issue == issue).order_by(edition_table.c.key)
    return list(connection.execute(query).scalars())


def guids(connection: Connection, issue: str) -> dict[str, frozenset[str]]:
    """The guids of the stories in each kept edition of an issue, by the edition's key."""
    table = edition_table
    rows = connection.execute(sa.select(table.c.key, table.c.stories).where(table.c.issue == issue))
    return {row.key: frozenset(json.loads(story)["guid"] for story in json.loads(row.stories)) for row in rows}


def discard(connection: Connection, issue: str) -> None:
    """Forgets the editions of an issue: it changed, what was approved is void."""
    connection.execute(sa.delete(edition_table).where(edition_table.c.issue == issue))
