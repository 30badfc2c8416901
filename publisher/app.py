"""Wires the parts to one another; the clock enters here."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # each costs a command that does not need it a tenth of a second: imported where it is made
    from publisher.config import Config
    from publisher.db.engine import Database
    from publisher.delivery.mail import Post
    from publisher.delivery.sender import Sender
    from publisher.delivery.transport import Transport
    from publisher.templates import Templates
    from subscribers.tokens import Keys


class Clock:
    """The one clock. It may start at a pretended moment, and runs on at real speed from there."""

    def __init__(self, start: datetime | None = None) -> None:
        """``start`` is aware; None is the real time."""
        self.shift = datetime.now(UTC) - start if start is not None else timedelta()
        """How far the real time is ahead of this clock."""
        self._start = start.astimezone(UTC) if start is not None else None
        self._since = time.monotonic()

    def now(self) -> datetime:
        """The moment, in UTC."""
        if self._start is None:
            return datetime.now(UTC)
        return self._start + timedelta(seconds=time.monotonic() - self._since)

    def monotonic(self) -> float:
        """Seconds since some moment, never fewer than before: for pacing."""
        return time.monotonic()


@dataclass(frozen=True)
class App:
    """A site in use: its config and what that opens, each when it is first needed."""

    config: Config
    clock: Clock

    @classmethod
    def open(cls, path: Path, *, start: datetime | None = None, environ: Mapping[str, str] | None = None) -> App:
        """The site of a config file. Raises ``ConfigError`` with everything that is wrong with it."""
        from publisher.config import load

        return cls(config=load(path, os.environ if environ is None else environ), clock=Clock(start))

    @cached_property
    def database(self) -> Database:
        """The database, its schema up to date."""
        from publisher.db import migrate
        from publisher.db.engine import Database

        database = Database(self.config.database)
        migrate.upgrade(database)
        return database

    @cached_property
    def templates(self) -> Templates:
        """The site's templates over the shipped ones."""
        from publisher.templates import Templates

        return Templates(self.config.templates)

    @cached_property
    def keys(self) -> Keys:
        """The secrets behind every link in a mail, made at the first run."""
        from subscribers.tokens import load_keys

        return load_keys(self.config.secrets.keys_file)

    @cached_property
    def transport(self) -> Transport:
        """Where messages go."""
        delivery = self.config.delivery
        from publisher.delivery.folder import FolderTransport

        if delivery.transport == "folder" or delivery.smtp is None:
            return FolderTransport(delivery.folder)
        from publisher.delivery.smtp import SmtpTransport
        from publisher.urls import authority

        return SmtpTransport(delivery.smtp, helo=authority(self.config.web.url or self.config.site.url))

    @cached_property
    def post(self) -> Post:
        """Everything that mails are made of. Raises ``ConfigError`` for a key that cannot sign."""
        from publisher.delivery.mail import Post
        from publisher.digest import dkim

        return Post(
            config=self.config,
            database=self.database,
            templates=self.templates,
            keys=self.keys,
            media=self.config.output / "media",
            dkim=tuple(dkim.load(key.domain, key.selector, key.key_file.text) for key in self.config.delivery.dkim),
        )

    def sender(self) -> Sender:
        """A sender for this process; only for one that holds ``sending_alone``."""
        from publisher.delivery.sender import Sender

        return Sender(self.post.work(self.transport, self.clock.now))

    def close(self) -> None:
        """Closes what was opened."""
        if "database" in self.__dict__:
            self.database.close()
