"""Clicks on links that lead over the server: which link it was, and counting without making anybody wait."""

from __future__ import annotations

import re
from collections import deque
from threading import Lock

from publisher import log
from publisher.db.engine import Database
from publisher.delivery import store
from publisher.delivery.store import Click
from publisher.errors import StoreError

_LINK = re.compile(r"(0|[1-9a-z][0-9a-z]{0,4})-(0|[1-9][0-9]{0,3})", re.ASCII)
_MOST = 10_000
"""Clicks that wait for a database that is busy; further ones are lost, which is told."""
_BATCH = 500


def read(link: str) -> tuple[int, int] | None:
    """The issue's serial number and the story's index of the first part of a counted link, ``1a-7``; else None."""
    found = _LINK.fullmatch(link)
    return (int(found[1], 36), int(found[2])) if found else None


class Tally:
    """Keeps clicks: one thread writes at a time, and all that came meanwhile in one transaction.

    So a burst of any size is one writer among the others of the ledger. What waits is lost with the process.
    """

    def __init__(self) -> None:
        """Nothing waits."""
        self._waiting: deque[Click] = deque()
        self._writing = Lock()

    def count(self, click: Click, database: Database) -> None:
        """Keeps the click, now or with those that another thread is writing; raises nothing of the database's."""
        if len(self._waiting) >= _MOST:
            log.warning("click.lost", issue=click.issue, count=1)
            return
        self._waiting.append(click)
        # Whoever finds the lock taken leaves their click to its holder, who looks again after having given it back.
        while self._waiting and self._writing.acquire(blocking=False):
            try:
                self._write(database)
            finally:
                self._writing.release()

    def _write(self, database: Database) -> None:
        batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), _BATCH))]
        try:
            with database.write() as connection:
                store.append(connection, batch)
        except StoreError as error:
            log.trouble("click.lost", error, count=len(batch))
