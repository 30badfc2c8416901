"""Every error that may leave this program, grouped by who has to act.

One base class, one subclass per audience. No HTTP status and no exit code stands here: ``publisher.web.errors`` and
``publisher.cli`` hold the only two such tables.
"""

from __future__ import annotations


class PublisherError(Exception):
    """Base of all errors raised on purpose; ``hint`` says what to do next."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint

    def line(self) -> str:
        """The error as one line for people: what happened, then what to do."""
        return f"{self}; {self.hint}" if self.hint else str(self)


class ConfigError(PublisherError):
    """The operator must change config.yaml."""


class TemplateError(PublisherError):
    """The designer must change a template."""


class NotFoundError(PublisherError):
    """The named article, issue, newsletter, reader or feed does not exist."""


class StateError(PublisherError):
    """The action is not allowed in the current state (for example approving a sent issue)."""


class StoreError(PublisherError):
    """The database or a folder cannot be used now; the driver's error is the cause."""


class TransportError(PublisherError):
    """Mail cannot leave at all now: the relay or the folder must be mended; no single message is to blame."""


class FetchError(PublisherError):
    """Another server gives no whole answer now: its address must be mended, or it must be asked again later."""
