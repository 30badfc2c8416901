"""Events for operators: ``noun.verb`` with fields, one line each, on standard error."""

from __future__ import annotations

import sys
from functools import lru_cache
from typing import Any, TextIO

_wanted = {"events": False}


def configure(*, service: bool = False, debug: bool = False) -> None:
    """Says what is written: a ``service`` tells every event; a command, whose output says what it did, only trouble."""
    _wanted["events"] = service or debug
    _logger.cache_clear()


@lru_cache(maxsize=1)
def _logger(file: TextIO) -> Any:  # structlog's own type is as open
    """The logger: readable on a terminal, JSON elsewhere (journald, containers). Made at the first event."""
    import logging

    import structlog

    processors: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    if file.isatty():
        processors.append(structlog.dev.ConsoleRenderer(colors=True))
    else:
        processors.append(structlog.processors.JSONRenderer(ensure_ascii=False))
    return structlog.wrap_logger(
        structlog.PrintLogger(file=file),
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO if _wanted["events"] else logging.WARNING),
    )


def event(name: str, **fields: object) -> None:
    """Notes that something happened: ``event("issue.sent", issue="weekly-2025-06-30", accepted=12)``."""
    if _wanted["events"]:
        _logger(sys.stderr).info(name, **fields)


def warning(name: str, **fields: object) -> None:
    """Notes what nobody did wrong and somebody should know: ``warning("content.quiet", days=37)``. Always told."""
    _logger(sys.stderr).warning(name, **fields)


def trouble(name: str, error: BaseException, **fields: object) -> None:
    """Notes an error that was dealt with: the run goes on, somebody should look."""
    _logger(sys.stderr).error(name, error=str(error) or type(error).__name__, kind=type(error).__name__, **fields)


def short_address(address: str) -> str:
    """An address as logs may show it: ``li…@example.org``."""
    local, _, domain = address.rpartition("@")
    return f"{local[:2]}…@{domain}"
