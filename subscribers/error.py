"""Every error that ``subscribers`` raises on purpose: what happened, and what to do."""

from __future__ import annotations


class SubscriberError(Exception):
    """Base of all errors of this package; ``hint`` says what to do next."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint

    def line(self) -> str:
        """The error as one line for people: what happened, then what to do."""
        return f"{self}; {self.hint}" if self.hint else str(self)


class AddressError(SubscriberError):
    """The text is not an e-mail address that mail can be sent to."""


class PreferenceError(SubscriberError):
    """A topic, rhythm, language, time zone or format cannot be what was written."""


class TopicsError(PreferenceError):
    """A list of topics is not written as keys with ; between them."""


class RefusedError(SubscriberError):
    """Consent forbids it: the reader left, or never agreed."""


class UnknownError(SubscriberError):
    """No reader with this id or address is known."""


class KeysError(SubscriberError):
    """The file of keys cannot be made, read or trusted."""


class SegmentError(SubscriberError):
    """An expression about readers cannot be read; the text says in which column."""


class TransferError(SubscriberError):
    """A file of readers cannot be read at all; a single bad row never raises this."""


class DamagedError(TransferError):
    """A file of readers breaks off, cannot be unpacked, or is more than it declares."""
