"""Editions in the database: what was approved, kept as it will be sent and as the archive shows it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import asdict

import sqlalchemy as sa

from publisher.db.engine import Connection, metadata
from publisher.digest.edition import Edition, Format, Link, Sheet, Wish
from publisher.digest.segments import Segments, listed, unlisted
from publisher.issues.issue import Issue, Story

sheet_table = sa.Table(
    "sheet",
    metadata,
    sa.Column("issue", sa.Text, sa.ForeignKey("issue.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("hash", sa.String(32), primary_key=True),
    sa.Column("html", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("links", sa.Text, nullable=False),
    sa.Column("names", sa.Text, nullable=False),
)
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
    sa.Column("words", sa.Text, nullable=False),
    sa.Column("sheet", sa.String(32), nullable=False),
    sa.Column("layout", sa.Text, nullable=False),
    sa.Column("stories", sa.Text, nullable=False),
    sa.Column("more", sa.Text, nullable=False),
)

Sheets = MutableMapping[tuple[str, str], Sheet]
"""Sheets that were read already, by issue and hash."""


def save(connection: Connection, editions: Iterable[Edition]) -> None:
    """Keeps editions of one issue, and each sheet once; an edition that is kept already stays as it was approved."""
    hashes: dict[int, str] = {}
    kept: dict[str, set[str]] = {}
    rows = []
    for edition in editions:
        if edition.issue not in kept:
            kept[edition.issue] = set(keys(connection, edition.issue))
        if edition.key in kept[edition.issue]:
            continue
        kept[edition.issue].add(edition.key)
        if id(edition.sheet) not in hashes:
            hashes[id(edition.sheet)] = _save_sheet(connection, edition.issue, edition.sheet)
        rows.append(_row(edition, hashes[id(edition.sheet)]))
    if rows:
        connection.execute(sa.insert(edition_table), rows)


def _row(edition: Edition, sheet: str) -> dict[str, str]:
    return {
        "issue": edition.issue,
        "key": edition.key,
        "topics": _json(edition.wish.topics),
        "language": edition.wish.language,
        "format": str(edition.wish.format),
        "lang": edition.lang,
        "subject": edition.subject,
        "preheader": edition.preheader,
        "words": _json(edition.words),
        "sheet": sheet,
        "layout": _json(edition.layout),
        "stories": _json([story.guid for story in edition.stories]),
        "more": _json([story.guid for story in edition.more]),
    }


def _save_sheet(connection: Connection, issue: str, sheet: Sheet) -> str:
    values = {
        "html": _json(_pieces(sheet.html)),
        "text": _json(_pieces(sheet.text)),
        "links": _json({name: asdict(link) for name, link in sheet.links.items()}),
        "names": _json(sheet.names),
    }
    told = "\0".join(values.values()).encode("utf-8", "surrogatepass")
    hash = hashlib.blake2b(told, digest_size=16).hexdigest()
    table = sheet_table
    query = sa.select(table.c.hash).where(table.c.issue == issue, table.c.hash == hash)
    if connection.execute(query).first() is None:
        connection.execute(sa.insert(table).values(issue=issue, hash=hash, **values))
    return hash


def load(connection: Connection, issue: Issue, key: str, sheets: Sheets | None = None) -> Edition | None:
    """The issue's kept edition of that key, or None. ``sheets`` saves reading again what many editions share."""
    table = edition_table
    query = sa.select(table).where(table.c.issue == issue.id, table.c.key == key)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        return None
    stories = {story.guid: story for story in issue.stories}
    wish = Wish(topics=tuple(json.loads(row["topics"])), language=row["language"], format=Format(row["format"]))
    return Edition(
        key=row["key"],
        wish=wish,
        issue=row["issue"],
        lang=row["lang"],
        subject=row["subject"],
        preheader=row["preheader"],
        words=json.loads(row["words"]),
        layout=tuple(json.loads(row["layout"])),
        sheet=_sheet(connection, issue.id, row["sheet"], {} if sheets is None else sheets),
        stories=_known(stories, row["stories"]),
        more=_known(stories, row["more"]),
    )


def _known(stories: Mapping[str, Story], guids: str) -> tuple[Story, ...]:
    return tuple(stories[guid] for guid in json.loads(guids) if guid in stories)


def _sheet(connection: Connection, issue: str, hash: str, sheets: Sheets) -> Sheet:
    found = sheets.get((issue, hash))
    if found is None:
        table = sheet_table
        query = sa.select(table).where(table.c.issue == issue, table.c.hash == hash)
        row = connection.execute(query).mappings().one()
        found = Sheet(
            html={name: unlisted(woven) for name, woven in json.loads(row["html"]).items()},
            text={name: unlisted(woven) for name, woven in json.loads(row["text"]).items()},
            links={name: Link(**link) for name, link in json.loads(row["links"]).items()},
            names=tuple(json.loads(row["names"])),
        )
        sheets[issue, hash] = found
    return found


def keys(connection: Connection, issue: str) -> list[str]:
    """The keys of the kept editions of an issue."""
    query = sa.select(edition_table.c.key).where(edition_table.c.issue == issue).order_by(edition_table.c.key)
    return list(connection.execute(query).scalars())


def guids(connection: Connection, issue: str) -> dict[str, frozenset[str]]:
    """The guids of the stories in each kept edition of an issue, by the edition's key."""
    table = edition_table
    rows = connection.execute(sa.select(table.c.key, table.c.stories).where(table.c.issue == issue))
    return {row.key: frozenset(json.loads(row.stories)) for row in rows}


def discard(connection: Connection, issue: str) -> None:
    """Forgets the editions of an issue: it changed, what was approved is void."""
    connection.execute(sa.delete(edition_table).where(edition_table.c.issue == issue))
    connection.execute(sa.delete(sheet_table).where(sheet_table.c.issue == issue))


def _pieces(pieces: Mapping[str, Segments]) -> dict[str, list[str]]:
    return {name: listed(piece) for name, piece in pieces.items()}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
