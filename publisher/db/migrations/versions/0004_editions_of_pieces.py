"""Editions are joined of pieces that an issue's master document holds once; clicks are counted.

An edition of before becomes one whose sheet is a single piece: its page is shown and its mail is sent as it was.
"""

from __future__ import annotations

import hashlib
import json
import re

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_SLOT = re.compile(
    r"(?P<unsubscribe>https://xq7unsubxq7\.invalid/)|(?P<view>https://xq7viewxq7\.invalid/)|(?P<address>xq7emailxq7)"
)


def upgrade() -> None:
    """Makes the new tables and brings the kept editions along."""
    op.create_table(
        "sheet",
        sa.Column("issue", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=32), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("links", sa.Text(), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["issue"], ["issue.id"], name=op.f("fk_sheet_issue"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("issue", "hash", name=op.f("pk_sheet")),
    )
    op.create_table(
        "click",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issue", sa.Text(), nullable=False),
        sa.Column("story", sa.Integer(), nullable=False),
        sa.Column("reader", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["issue"], ["issue.id"], name=op.f("fk_click_issue"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_click")),
    )
    op.create_index("ix_click_issue", "click", ["issue", "story"])
    op.create_index(op.f("ix_click_reader"), "click", ["reader"])
    op.execute("CREATE TABLE edition_before AS SELECT * FROM edition")
    op.create_index("edition_before_key", "edition_before", ["issue", "key"])  # each row is looked up by it
    op.drop_table("edition")
    op.create_table(
        "edition",
        sa.Column("issue", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("topics", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("lang", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("preheader", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("sheet", sa.String(length=32), nullable=False),
        sa.Column("layout", sa.Text(), nullable=False),
        sa.Column("stories", sa.Text(), nullable=False),
        sa.Column("more", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["issue"], ["issue.id"], name=op.f("fk_edition_issue"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("issue", "key", name=op.f("pk_edition")),
    )
    _bring_along()
    op.drop_table("edition_before")


def _bring_along() -> None:
    connection = op.get_bind()
    ids = connection.execute(sa.text("SELECT issue, key FROM edition_before ORDER BY issue, key")).all()
    for issue, key in ids:  # one at a time: each holds a whole mail
        query = sa.text("SELECT * FROM edition_before WHERE issue = :issue AND key = :key")
        old = connection.execute(query, {"issue": issue, "key": key}).mappings().one()
        html, text = (_json({"top": _woven(old[part])}) for part in ("page", "text"))
        whole = f"{html}\0{text}".encode("utf-8", "surrogatepass")
        hash = hashlib.blake2b(whole, digest_size=16)
        sheet = {"issue": issue, "hash": hash.hexdigest(), "html": html, "text": text}
        known = sa.text("SELECT 1 FROM sheet WHERE issue = :issue AND hash = :hash")
        if connection.execute(known, sheet).first() is None:
            connection.execute(sa.text(_SHEET), sheet)
        connection.execute(sa.text(_EDITION), _edition(dict(old), hash.hexdigest()))


_SHEET = """
INSERT INTO sheet (issue, hash, html, text, links, names) VALUES (:issue, :hash, :html, :text, '{}', '[]')
"""
_EDITION = """
INSERT INTO edition
  (issue, key, topics, language, format, lang, subject, preheader, words, sheet, layout, stories, more)
VALUES
  (:issue, :key, :topics, :language, :format, :lang, :subject, :preheader, '{}', :sheet, '["top"]', :stories, '[]')
"""


def _edition(old: dict[str, str], sheet: str) -> dict[str, str]:
    same = ("issue", "key", "topics", "language", "format", "lang", "subject", "preheader")
    guids = [json.loads(story)["guid"] for story in json.loads(old["stories"])]
    return {name: old[name] for name in same} | {"sheet": sheet, "stories": _json(guids)}


def _woven(text: str) -> list[str]:
    """The text and the names of its slots by turns."""
    woven, at = [], 0
    for match in _SLOT.finditer(text):
        woven += [text[at : match.start()], str(match.lastgroup)]
        at = match.end()
    return [*woven, text[at:]]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
