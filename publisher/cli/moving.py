"""The commands that move readers in and out: import and export."""

from __future__ import annotations

import csv
import json
import os
import secrets
import signal
import sys
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from publisher.cli.context import Command, Context, counted, output, output_told, progress
from publisher.cli.segments import STATUSES, meant, where_option
from publisher.errors import StateError, StoreError

if TYPE_CHECKING:
    from types import FrameType

    from publisher.app import App, Clock
    from publisher.cli.tally import Tally
    from publisher.db.engine import Connection
    from subscribers.intake import Choices, RowResult
    from subscribers.row import BadRow, Row
    from subscribers.transfer import Listing

PROGRAMS = ("auto", "csv", "mailchimp", "listmonk", "ghost", "buttondown", "substack")
OFTEN, SELDOM = 1000, 5.0
"""Rows after which a bar moves, and seconds after which a line is printed where there is no terminal."""


def _pairs(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """``TAG=TOPIC`` as pairs."""
    del context, parameter
    for value in values:
        if "=" not in value:
            raise click.BadParameter(f"{value!r} has no '='; write for example 'AI news=ai'", param_hint="--topic-map")
    return tuple((tag.strip(), topic.strip()) for tag, _, topic in (value.rpartition("=") for value in values))


def _filled(context: click.Context, parameter: click.Parameter, value: str | None) -> str:
    """The text, blank if none was given; a blank one that was given declares nothing."""
    del context, parameter
    if value is not None and not value.strip():
        raise click.BadParameter("the text is blank; write what they agreed to, and where", param_hint="--declare")
    return value or ""


@click.command("import", cls=Command)
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True))
@click.option("--apply", is_flag=True, help="Do it; without, only say what would be done.")
@click.option(
    "--declare",
    callback=_filled,
    metavar="TEXT",
    help="The consent that stands for rows without their own.",
)
@click.option(
    "--from", "program", type=click.Choice(PROGRAMS), default="auto", help="Whose file it is; told by its header."
)
@click.option(
    "--topic-map",
    multiple=True,
    callback=_pairs,
    metavar="TAG=TOPIC",
    help="The topic that another program's tag, list or label means; none ('TAG=') leaves it out.",
)
@click.option(
    "--ignore-column",
    "ignored",
    multiple=True,
    metavar="NAME",
    help="A column that seems to say who left, and does not: without this, a file with one is not taken.",
)
@click.option(
    "--report", type=click.Path(path_type=Path, dir_okay=False), help="A file that takes every row's result, as CSV."
)
@click.pass_obj
def import_(
    context: Context,
    file: Path,
    *,
    apply: bool,
    declare: str,
    program: str,
    topic_map: tuple[tuple[str, str], ...],
    ignored: tuple[str, ...],
    report: Path | None,
) -> int:
    """Import readers: a dry run unless --apply.

    From CSV, JSON, or an export file of Mailchimp, listmonk, Ghost, Buttondown or Substack; - reads standard input.
    Every row is reported. Nobody who left is brought back. An import that was stopped goes on when it is run again.
    """
    from publisher.cli.tally import Tally
    from subscribers import store, tokens, transfer

    source = sys.stdin.buffer if str(file) == "-" else file
    tally, hold = Tally(), _Hold()
    with context.app() as app, transfer.opened(source, program, ignored) as listing, _recorded(report) as record:
        _look_at(context, listing, strictly=apply or bool(declare))
        for told in _about(listing):
            context.say(told)
        task = store.Intake(
            now=app.clock.now(),
            apply=apply,
            mac=partial(tokens.mac, app.keys),
            declared=declare,
            choices=_choices(app, topic_map),
        )
        results = store.import_stream(
            app.database.read,
            partial(hold.transaction, app.database.write),
            hold.between(listing.rows, record.flush),
            task,
        )
        with _listed(context, listing, tally, hold, apply=apply) as show, hold.signals():
            try:
                _run(context, results, listing, (tally.add, record.add, show), app.clock)
            except KeyboardInterrupt:
                hold.stopped = True
                if isinstance(results, Generator):
                    results.close()  # while the database is open
    if hold.stopped:
        _stopped(tally, apply=apply)
    if not context.json:
        for told in (*_unread(listing), *tally.told()):
            context.say(told)
        context.say("done" if apply else "nothing was changed: this was a dry run, --apply does it")
    return 1 if tally.bad else 0


def _look_at(context: Context, listing: Listing, *, strictly: bool) -> None:
    """Raises ``StateError`` for columns that say who left and that nobody reads; a dry run only tells of them."""
    if not listing.left:
        return
    names = " and ".join(map(repr, listing.left))
    told = f"column {names} may say who left, and is not read: everybody in the file would count as a reader"
    hint = "name it status, say whose file it is with --from, or say " + " ".join(
        f"--ignore-column {name!r}" for name in listing.left
    )
    if strictly:
        raise StateError(f"{told}; nothing was imported", hint=hint)
    context.say(f"{told}; --apply refuses it: {hint}")


def _stopped(tally: Tally, *, apply: bool) -> None:
    """Raises ``StateError``: what is stored of an import that somebody stopped, and how it goes on."""
    rows = f"{counted(tally.rows, 'row')}"
    if not apply:
        raise StateError(f"stopped after {rows}; nothing was changed: this was a dry run", hint="run it again")
    counts = tally.counts()
    stored = f"{counts['new']} new and {counts['changed']} changed are stored"
    raise StateError(f"stopped after {rows}: {stored}", hint="run it again: those are unchanged then, and it goes on")


@dataclass(slots=True)
class _Hold:
    """Keeps Ctrl-C waiting from the beginning of a transaction until its results have been handed over."""

    busy: bool = False
    wanted: bool = False
    """Somebody pressed it."""
    stopped: bool = False

    @contextmanager
    def signals(self) -> Iterator[None]:
        """Has the signal, if this is the thread that gets it."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.signal(signal.SIGINT, self._pressed)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def _pressed(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self.wanted = True
        if not self.busy:
            raise KeyboardInterrupt

    def transaction(
        self, write: Callable[[], AbstractContextManager[Connection]]
    ) -> AbstractContextManager[Connection]:
        """The transaction, from which on it waits."""
        self.busy = True
        return write()

    def between(self, rows: Iterator[Row | BadRow], done: Callable[[], None]) -> Iterator[Row | BadRow]:
        """The rows: who asks for the next one has handed over the results of those before."""
        for row in rows:
            yield row
            if self.busy:
                done()
                self.busy = False
            if self.wanted:
                raise KeyboardInterrupt


def _run(
    context: Context,
    results: Iterable[RowResult],
    listing: Listing,
    takers: Iterable[Callable[[RowResult], None]],
    clock: Clock,
) -> None:
    """Hands every result to all takers, while a bar or every few seconds a line says how far it is."""
    bar = sys.stderr is not None and sys.stderr.isatty()
    number, told = 0, clock.monotonic()
    with progress("reading") as move:
        for number, result in enumerate(results, 1):
            for take in takers:
                take(result)
            if number % OFTEN:
                continue
            if bar and listing.meter.total:
                move(listing.meter.done, listing.meter.total)
            if not bar and not context.json and clock.monotonic() - told >= SELDOM:
                told = clock.monotonic()
                click.echo(f"{number:,} rows{_share(listing)}", err=True)


def _share(listing: Listing) -> str:
    """How much of the file that is, where its size is known."""
    meter = listing.meter
    return f", {100 * meter.done // meter.total} % of the file" if meter.total else ""


def _choices(app: App, topic_map: tuple[tuple[str, str], ...]) -> Choices:
    """What the site offers."""
    from subscribers.intake import Choices, named

    offered = topics(app)
    return Choices(
        topics=None if offered is None else frozenset(offered),
        newsletters={name: tuple(letter.schedules) for name, letter in app.config.newsletters.items()},
        languages=frozenset(app.templates.languages()),
        named=named(offered or {}, topic_map),
    )


def topics(app: App) -> dict[str, str] | None:
    """The topics that readers can choose, key to title: the config's, else those in the articles; None: no article."""
    if app.config.topics:
        return {key: rule.title for key, rule in app.config.topics.items()}
    from publisher.cli.site import scan
    from publisher.content.index import Index

    scan(app)
    return {topic.key: topic.title for topic, _ in Index(app.database).topics(app.clock.now())} or None


def _about(listing: Listing) -> Iterator[str]:
    if listing.program:
        yield f"this is an export of {listing.program}"
    for name in listing.skipped:
        yield f"{name} in the archive is no list of readers, and was not read"


def _unread(listing: Listing) -> Iterator[str]:
    """The columns that nothing was taken from."""
    if listing.program and listing.unknown:
        yield f"not taken over: {', '.join(listing.unknown)}"
    elif not listing.program:
        yield from (f"column {name!r} is not known and was not read" for name in listing.unknown)


@contextmanager
def _listed(
    context: Context, listing: Listing, tally: Tally, hold: _Hold, *, apply: bool
) -> Iterator[Callable[[RowResult], None]]:
    """Prints the results as JSON while they come, if that was asked for: one object with ``rows``, then the counts."""
    if not context.json:
        yield lambda _: None
        return
    first = True

    def show(result: RowResult) -> None:
        nonlocal first
        output(("" if first else ",\n") + context.text(asdict(result)))
        first = False

    output(f'{{"applied": {json.dumps(apply)}, "program": {context.text(listing.program)}, "rows": [\n')
    yield show
    rest = {"unknown_columns": listing.unknown, "skipped_files": listing.skipped, "stopped": hold.stopped}
    output("],\n" + context.text(rest | tally.counts())[1:] + "\n")


@dataclass(frozen=True, slots=True)
class _Record:
    """Where the results go."""

    add: Callable[[RowResult], None] = lambda _: None
    flush: Callable[[], None] = lambda: None
    """Leaves nothing in memory: what was stored stands in the file, whatever happens next."""


@contextmanager
def _recorded(file: Path | None) -> Iterator[_Record]:
    """Writes the results as CSV while they come, for nobody else to read."""
    if file is None:
        yield _Record()
        return
    from subscribers.transfer import defused

    def opener(name: str, flags: int) -> int:
        return os.open(name, flags, 0o600)

    with _told(file, "--report"):
        stream = open(file, "w", encoding="utf-8", newline="", opener=opener)  # noqa: SIM115 # Path.open has no opener
    writer = csv.writer(stream)

    def record(result: RowResult) -> None:
        several = ("; ".join(result.warnings), ";".join(result.flags))
        cells = (result.address, result.outcome.value, str(result.status or ""), result.reason, *several)
        with _told(file, "--report"):
            writer.writerow((result.row, *map(defused, (result.file, *cells))))

    def flush() -> None:
        with _told(file, "--report"):
            stream.flush()

    try:
        with _told(file, "--report"):
            writer.writerow(("row", "file", "email", "outcome", "status", "reason", "warnings", "flags"))
            stream.flush()
        yield _Record(record, flush)
    finally:
        with _told(file, "--report"):
            stream.close()


@click.command("export", cls=Command)
@click.option(
    "--to", "file", type=click.Path(path_type=Path, dir_okay=False), help="A file; standard output, if not given."
)
@click.option("--status", type=click.Choice(STATUSES), help="Only readers with this status; all, if not given.")
@where_option
@click.pass_obj
def export(context: Context, file: Path | None, status: str | None, where: str) -> int:
    """Write readers as CSV, or as JSON with --json.

    Import takes all of it: nothing is lost between them. A file is for your eyes alone, and whole or not there.
    """
    from subscribers import store, transfer
    from subscribers.subscriber import Status

    write: Callable[[Any, TextIO], int] = transfer.write_json if context.json else transfer.write_csv
    with context.app() as app, app.database.read() as connection:
        wanted = store.belongs(meant(app, connection, where))
        rows = store.export(connection, where=wanted, status=Status(status) if status else None)
        if file is None:
            _print(write, rows)
        else:
            with _told(file), _whole(file) as stream:
                count = write(rows, stream)
            context.say(f"{counted(count, 'reader')} written to {file}")
    return 0


def _print(write: Callable[[Any, TextIO], int], rows: Iterable[Any]) -> None:
    """Writes to standard output. Raises ``StoreError`` where that takes no more."""
    with output_told(hint="name a file with --to"):
        write(rows, sys.stdout)
        sys.stdout.flush()


@contextmanager
def _told(file: Path, option: str = "--to") -> Iterator[None]:
    """Turns what goes wrong with the file into an error that names it."""
    try:
        yield
    except OSError as error:
        raise StoreError(f"{file} cannot be written: {error.strerror}", hint=f"name another with {option}") from error


@contextmanager
def _whole(file: Path) -> Iterator[TextIO]:
    """The file, open for the owner's eyes alone, and under its name only when all of it is written."""
    target = file.resolve()
    if target.exists() and not target.is_file():  # a pipe or a device takes what comes
        with target.open("w", encoding="utf-8", newline="") as stream:
            yield stream
        return
    draft = target.with_name(f".{target.name[:100]}.{secrets.token_hex(8)}")
    number = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(number, "w", encoding="utf-8", newline="") as stream:
            yield stream
            stream.flush()
            os.fsync(number)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
