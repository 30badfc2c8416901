"""Articles are kept as heads, read by every scan, and bodies, rendered when they are needed.

What was read from files is read again; what is remembered of an article for ever moves along: its id, when it was first
seen, when it last changed and from which bytes that was decided.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Makes the new tables and moves what is remembered."""
    _remember()
    for table in ("article", "file", "html", "label", "problem"):
        op.drop_table(f"content_{table}")
    _content_article()
    _content_body()
    _content_problem()
    _recall()
    op.drop_table("content_identity")
    op.drop_table("content_before")


def _remember() -> None:
    op.create_table(
        "content_before",
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("published", sa.BigInteger(), nullable=True),
    )
    op.execute("INSERT INTO content_before SELECT path, title, published FROM content_article")


def _path() -> sa.Column[str]:
    return sa.Column("path", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False)


def _content_article() -> None:
    op.create_table(
        "content_article",
        _path(),
        sa.Column("stamp", sa.Text(), nullable=False),
        sa.Column("racy", sa.Boolean(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("minted", sa.Text(), nullable=False),
        sa.Column("guid", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("published", sa.BigInteger(), nullable=True),
        sa.Column("appears", sa.BigInteger(), nullable=True),
        sa.Column("first_seen", sa.BigInteger(), nullable=True),
        sa.Column("expires", sa.BigInteger(), nullable=True),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("more", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_content_article")),
    )
    op.create_index(op.f("ix_content_article_published"), "content_article", ["published"])


def _content_body() -> None:
    op.create_table(
        "content_body",
        _path(),
        sa.Column("stamp", sa.Text(), nullable=False),
        sa.Column("racy", sa.Boolean(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("revision", sa.Text(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("image", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("image_stamp", sa.Text(), nullable=False),
        sa.Column("links", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_content_body")),
    )


def _recall() -> None:
    # Every path is one whose file is gone, until the next scan finds it.
    op.execute(
        "INSERT INTO content_article (path, stamp, racy, fingerprint, state, minted, guid, url, title, published,"
        " first_seen, expires, line, more)"
        " SELECT i.path, '', TRUE, '', 'gone', i.guid, i.guid, '', COALESCE(b.title, ''), b.published,"
        " i.first_seen, NULL, 1, '{}'"
        " FROM content_identity i LEFT JOIN content_before b ON b.path = i.path"
    )
    op.execute(
        "INSERT INTO content_body (path, stamp, racy, fingerprint, digest, revision, updated, summary, minutes,"
        " image, reference, image_stamp, links, html)"
        " SELECT path, '', TRUE, '', digest, revision, updated, '', 1, '', '', '', '', '' FROM content_identity"
    )


def _content_problem() -> None:
    op.create_table(
        "content_problem",
        _path(),
        sa.Column("part", sa.String(length=4), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("path", "part", "position", name=op.f("pk_content_problem")),
    )
