"""Readers decline single newsletters and pause until a day; sign-ups, letters, bounces and alarms have tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_ASKED = """
UPDATE subscriber SET asked_at = (
  SELECT MAX(at) FROM consent_event WHERE consent_event.subscriber = subscriber.id AND act IN ('signup', 'invite')
) WHERE status = 'pending'
"""


def upgrade() -> None:
    """Adds columns and tables. What is there stays as it is; who waits to confirm was asked when their history says."""
    _readers()
    _forms()
    _budgets()
    _returned()


def _readers() -> None:
    op.add_column("subscriber", sa.Column("declined", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.add_column("subscriber", sa.Column("paused_until", sa.BigInteger(), nullable=True))
    op.add_column("subscriber", sa.Column("engaged_at", sa.BigInteger(), nullable=True))
    op.add_column("subscriber", sa.Column("asked_at", sa.BigInteger(), nullable=True))
    op.create_table(
        "pending_wish",
        sa.Column("subscriber", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("topics", sa.Text(), nullable=False),
        sa.Column("newsletter", sa.Text(), nullable=False),
        sa.Column("schedule", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("consent_ip", sa.Text(), nullable=False),
        sa.Column("consent_text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber"], ["subscriber.id"], name=op.f("fk_pending_wish_subscriber"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("subscriber", name=op.f("pk_pending_wish")),
    )
    op.create_index(
        "ix_subscriber_asked_at",
        "subscriber",
        ["asked_at"],
        unique=False,
        sqlite_where=sa.text("asked_at IS NOT NULL"),
        postgresql_where=sa.text("asked_at IS NOT NULL"),
    )
    op.create_index(
        "ix_subscriber_paused_until",
        "subscriber",
        ["paused_until"],
        unique=False,
        sqlite_where=sa.text("paused_until IS NOT NULL"),
        postgresql_where=sa.text("paused_until IS NOT NULL"),
    )
    op.execute(sa.text(_ASKED))


def _forms() -> None:
    op.create_table(
        "letter",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reader", sa.BigInteger(), nullable=False),
        sa.Column("queued", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("leased_until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("kind", "reader", name=op.f("uq_letter_kind_reader")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_letter_due"), "letter", ["due"])
    op.create_table(
        "signup",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("topics", sa.Text(), nullable=False),
        sa.Column("newsletter", sa.Text(), nullable=False),
        sa.Column("schedule", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("consent_text", sa.Text(), nullable=False),
        sa.Column("ip", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signup")),
        sqlite_autoincrement=True,
    )


def _budgets() -> None:
    op.create_table(
        "asked",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("letters", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_asked")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_asked_last"), "asked", ["last"])
    op.create_table(
        "budget",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "hash", name=op.f("pk_budget")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_budget_start"), "budget", ["start"])
    op.create_table(
        "spent",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_spent")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_spent_until"), "spent", ["until"])


def _returned() -> None:
    op.create_table(
        "alarm",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("raised", sa.BigInteger(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("kind", "subject", name=op.f("pk_alarm")),
    )
    op.create_table(
        "bounce",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reader", sa.BigInteger(), nullable=True),
        sa.Column("issue", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bounce")),
        sa.UniqueConstraint("digest", "position", name=op.f("uq_bounce_digest_position")),
    )
    op.create_index("ix_bounce_at", "bounce", ["at"])
    op.create_index("ix_bounce_issue_at", "bounce", ["issue", "at"])
    op.create_index(op.f("ix_bounce_reader"), "bounce", ["reader"])
    op.add_column("click", sa.Column("verdict", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("click", sa.Column("visitor", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.create_index("ix_click_at", "click", ["at"])
    op.create_index("ix_click_visitor", "click", ["visitor", "at"])
