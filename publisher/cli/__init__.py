"""The command line: the only place of exit codes."""

from publisher.cli.main import main

__all__ = ["main"]
