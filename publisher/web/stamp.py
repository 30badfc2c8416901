"""The stamp of a public form: when it was shown, signed, in the hidden field ``stamp``. Judges what comes back.

Beside it the form has a field ``website``, hidden from people, which only programs fill in. Where
``subscribers.signup.proof_of_work`` asks for N bits, the form's script looks for a text ``work``, such as a number
counted up from 0, for which the N first bits of SHA-256 over ``<stamp>:<work>`` in ASCII are zero, and sends it as the
field ``work``. That takes about 2^N tries: some seconds at 18, for a program that posts a thousand forms some hours.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial

from publisher.config import Config
from publisher.db.engine import Database
from subscribers.db import budget
from subscribers.tokens import Keys, Purpose, mac, sign, verify

WITHIN = timedelta(hours=24)
"""How long a form that was shown may come back."""
_WORK = re.compile(r"[!-~]{1,64}", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


class Verdict(StrEnum):
    """What a form that came back is."""

    OK = "ok"
    STALE = "stale"
    """Its stamp is too old, not ours, or spent: show the form again with what was typed and a new stamp."""
    BOT = "bot"
    """A program filled it in: answer as if it were taken, and do nothing."""
    HASTY = "hasty"
    """It came back sooner than ``wait``, as programs do, and people whose browser fills in their address: show the form
    again with the same stamp. A person presses once more, the wait is over by then."""
    WORK = "work"
    """The proof of work is missing or wrong."""


def new(keys: Keys, now: datetime) -> str:
    """The stamp of a form that is shown at this moment: 36 characters."""
    return sign(keys, Purpose.FORM, (now - _EPOCH) // _MILLISECOND, now + WITHIN)


def judge(keys: Keys, config: Config, fields: Mapping[str, str], now: datetime, database: Database) -> Verdict:
    """What the form with these fields is.

    Where work is asked for, an ``ok`` spends the stamp: the same form a second time is ``stale``. So ask only when
    nothing else is wrong with the form. Raises ``StoreError`` where the database cannot be used.
    """
    limits, stamp = config.subscribers.signup, fields.get("stamp", "")
    if fields.get("website", ""):
        return Verdict.BOT
    shown = verify(keys, Purpose.FORM, stamp, now)
    if shown is None:
        return Verdict.STALE
    age = now - (_EPOCH + shown * _MILLISECOND)
    if age < timedelta():
        return Verdict.STALE  # the clock was set back
    if age < limits.wait:
        return Verdict.HASTY
    if not limits.proof_of_work:
        return Verdict.OK
    if not proves(stamp, fields.get("work", ""), limits.proof_of_work):
        return Verdict.WORK
    with database.write() as connection:
        first = budget.spend(connection, stamp, now + WITHIN, mac=partial(mac, keys))
    return Verdict.OK if first else Verdict.STALE


def proves(stamp: str, work: str, bits: int) -> bool:
    """Whether so many first bits of the hash over both are zero."""
    if not _WORK.fullmatch(work):
        return False
    digest = hashlib.sha256(f"{stamp}:{work}".encode("ascii")).digest()
    return int.from_bytes(digest, "big") >> (256 - bits) == 0
