"""What every command shares: its options, the site it works on, how it prints."""

from __future__ import annotations

import gc
import json
import os
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from publisher.errors import StoreError

if TYPE_CHECKING:  # importing it costs what ``--help`` may not
    from publisher.app import App


@dataclass
class Context:
    """The options of one run, wherever on the line they stood."""

    config: Path = Path("config.yaml")
    now: datetime | None = None
    debug: bool = False
    json: bool = False

    @contextmanager
    def app(self, *, service: bool = False) -> Iterator[App]:
        """The site, closed at the end; a ``service`` tells on standard error what happens."""
        from publisher import log
        from publisher.app import App

        if service:  # what a command leaves behind goes with it; a service lives for months
            gc.set_threshold(10_000, 20, 20)
        log.configure(service=service, debug=self.debug)
        app = App.open(self.config, start=self.now)
        try:
            yield app
        finally:
            app.close()

    def show(self, value: object, lines: Callable[[], Iterable[str]]) -> None:
        """Prints a result: as JSON where that was asked for, else as lines for people."""
        if self.json:
            output(self.text(value, indent=1) + "\n")
            return
        for line in lines():
            output(printable(line) + "\n")

    @staticmethod
    def text(value: object, indent: int | None = None) -> str:
        """The value as JSON that a terminal may show."""
        return json.dumps(value, ensure_ascii=False, indent=indent, default=_plain).translate(_ESCAPES)

    def say(self, text: str) -> None:
        """Prints a remark for people; with ``--json`` it goes to standard error."""
        if self.json:
            click.echo(printable(text), err=True)
        else:
            output(printable(text) + "\n")


def output(text: str) -> None:
    """Prints the text as it is. Raises ``StoreError`` where standard output takes no more."""
    with output_told():
        click.echo(text, nl=False)


@contextmanager
def output_told(hint: str = "make room there, or write elsewhere") -> Iterator[None]:
    """Turns what goes wrong with standard output into an error that says so; a reader that left is none."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        # What is left in its buffer would be tried again, and complained of, when the program ends.
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise StoreError(f"standard output cannot be written: {error.strerror}", hint=hint) from error


_ESCAPES = {code: f"\\u{code:04x}" for code in range(0x7F, 0xA0)}
"""What JSON leaves as it is, though a terminal obeys it."""


def printable(line: str) -> str:
    """The line as a terminal may show it: a relay's answer or a file's name moves no cursor and begins no new line."""
    if line.isprintable():
        return line
    return "".join(each if each.isprintable() or each == "\u3000" else _escaped(each) for each in line)


def _escaped(character: str) -> str:
    if unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}:
        return " " if character in "\n\r\t" else character.encode("unicode_escape").decode("ascii")
    return character  # joiners of emoji and of Persian are not printable, and no harm


def complain(text: str) -> None:
    """Prints an error to standard error, on one line, with the program's name before it."""
    click.echo(f"publisher: {printable(text)}", err=True)


def counted(number: int, noun: str) -> str:
    """The number with its noun: ``1 issue``, ``2 issues``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _moment(context: click.Context, parameter: click.Parameter, value: str | None) -> None:
    del parameter
    if value is None:
        return
    from publisher.times import parse_rfc3339

    try:
        context.ensure_object(Context).now = parse_rfc3339(value)
    except ValueError as error:
        text = f"{value!r} is not a moment; write for example 2025-06-30T08:00:00+08:00"
        raise click.BadParameter(text, param_hint="--now") from error


def _set(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def callback(context: click.Context, parameter: click.Parameter, value: Any) -> None:
        del parameter
        if value is not None and value is not False:
            setattr(context.ensure_object(Context), name, value)

    return callback


def shared_options() -> list[click.Parameter]:
    """The options that stand before a command or after it."""
    return [
        click.Option(
            ["-c", "--config"],
            type=click.Path(path_type=Path),
            expose_value=False,
            callback=_set("config"),
            help="The site's config file (config.yaml here, if not given).",
        ),
        click.Option(["--now"], hidden=True, expose_value=False, callback=_moment),
        click.Option(
            ["--debug"], is_flag=True, expose_value=False, callback=_set("debug"), help="Show errors with a traceback."
        ),
        click.Option(
            ["--json"], is_flag=True, expose_value=False, callback=_set("json"), help="Print the result as JSON."
        ),
    ]


class Command(click.Command):
    """A command that takes the shared options after its name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.extend(shared_options())


class Group(click.Group):
    """A group whose commands take the shared options, with a did-you-mean for unknown ones."""

    command_class = Command

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.extend(shared_options())

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command, or a usage error that names the nearest one."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib

            near = difflib.get_close_matches(args[0], self.list_commands(ctx), 1)
            if near:
                raise click.UsageError(f"{error.message} Did you mean '{near[0]}'?", ctx) from error
            raise


Group.group_class = Group


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """Calls of the given function with (done, total) move a bar on a terminal; elsewhere they print nothing."""
    if sys.stderr is None or not sys.stderr.isatty():  # None: whoever started it closed it
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None)

        def move(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield move


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The rows in columns: aligned by display width on a terminal's font, Han characters being two wide."""
    from publisher.text import width

    cells = [[str(cell) for cell in row] for row in rows]
    if not cells:
        return
    widths = [max(width(line[place]) for line in [list(head), *cells]) for place in range(len(head))]
    for line in [list(head), *cells]:
        padded = (text + " " * (wide - width(text)) for text, wide in zip(line, widths, strict=True))
        yield "  ".join(padded).rstrip()
