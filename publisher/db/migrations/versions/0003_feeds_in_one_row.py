"""An entry's bytes in all formats are one row; documents have compressed twins; hubs are owed pings.

Entry bytes are made again from the articles at the next build; what is known of the files in the output folder stays,
so that dates of last change never go back.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Makes the new tables; the old ones of entries go."""
    op.drop_table("feed_entry")
    op.create_table(
        "feed_entry",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("contents", sa.String(length=8), nullable=False),
        sa.Column("stamp", sa.String(length=24), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("published", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("rss", sa.LargeBinary(), nullable=False),
        sa.Column("atom", sa.LargeBinary(), nullable=False),
        sa.Column("json", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key", "contents", name=op.f("pk_feed_entry")),
    )
    op.create_table(
        "feed_permalink",
        sa.Column("guid", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("guid", name=op.f("pk_feed_permalink")),
    )
    op.create_table(
        "feed_ping",
        sa.Column("hub", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("noted", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("hub", "topic", name=op.f("pk_feed_ping")),
    )
    op.execute("CREATE TABLE feed_document_before AS SELECT * FROM feed_document")
    op.drop_table("feed_document")
    op.create_table(
        "feed_document",
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=24), nullable=False),
        sa.Column("hash", sa.String(length=24), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("gzip", sa.BigInteger(), nullable=False),
        sa.Column("br", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.String(length=64), nullable=False),
        sa.Column("modified", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_feed_document")),
    )
    op.execute(  # the size of no file: the next build looks at each, and makes its twins
        "INSERT INTO feed_document SELECT path, source, hash, -1, 0, 0, media_type, modified FROM feed_document_before"
    )
    op.drop_table("feed_document_before")
