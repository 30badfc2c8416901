"""The commands that move readers in and out: import and export."""

from __future__ import annotations

import csv
import json
import os
import secrets
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from publisher.cli.context import Command, Context, counted, progress
from publisher.cli.segments import where_option
from publisher.errors import StoreError

if TYPE_CHECKING:
    from publisher.app import App
    from publisher.cli.tally import Tally
    from subscribers.intake import Choices, RowResult
    from subscribers.transfer import Listing

PROGRAMS = ("auto", "csv", "mailchimp", "listmonk", "ghost", "buttondown", "substack")
STATUSES = ("pending", "active", "paused", "unsubscribed", "bounced", "complained")
OFTEN, SELDOM = 1000, 100_000
"""Rows after which a bar moves, and after which a line is printed where there is no terminal."""


def _pairs(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """``TAG=TOPIC`` as pairs."""
    del context, parameter
    for value in values:
        if "=" not in value:
            raise click.BadParameter(f"{value!r} has no '='; write for example 'AI news=ai'", param_hint="--topic-map")
    return tuple((tag.strip(), topic.strip()) for tag, _, topic in (value.rpartition("=") for value in values))


@click.command("import", cls=Command)
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True))
@click.option("--apply", is_flag=True, help="Do it; without, only say what would be done.")
@click.option("--declare", default="", metavar="TEXT", help="The consent that stands for rows without their own.")
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
    report: Path | None,
) -> int:
    """Import readers: a dry run unless --apply.

    From CSV, JSON, or an export file of Mailchimp, listmonk, Ghost, Buttondown or Substack; - reads standard input.
    Every row is reported. Nobody who left is brought back. An import that was stopped goes on when it is run again.
    """
    from publisher.cli.tally import Tally
    from subscribers import store, tokens, transfer

    source = sys.stdin.buffer if str(file) == "-" else file
    tally = Tally()
    with context.app() as app, transfer.opened(source, program) as listing, _recorded(report) as record:
        for told in _about(listing):
            context.say(told)
        task = store.Intake(
            now=app.clock.now(),
            apply=apply,
            mac=partial(tokens.mac, app.keys),
            declared=declare,
            choices=_choices(app, topic_map),
        )
        results = store.import_stream(app.database.read, app.database.write, listing.rows, task)
        with _listed(context, listing, tally, apply=apply) as show:
            _run(context, results, listing, (tally.add, record, show))
    if not context.json:
        for told in (*_unread(listing), *tally.told()):
            context.say(told)
        context.say("done" if apply else "nothing was changed: this was a dry run, --apply does it")
    return 1 if tally.bad else 0


def _run(
    context: Context, results: Iterable[RowResult], listing: Listing, takers: Iterable[Callable[[RowResult], None]]
) -> None:
    """Hands every result to all takers, while a bar or now and then a line says how far it is."""
    bar = sys.stderr is not None and sys.stderr.isatty()
    number = 0
    with progress("reading") as move:
        for number, result in enumerate(results, 1):
            for take in takers:
                take(result)
            if number % OFTEN == 0 and listing.meter.total:
                move(listing.meter.done, listing.meter.total)
            if number % SELDOM == 0 and not bar and not context.json:
                click.echo(f"{number:,} rows", err=True)


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
def _listed(context: Context, listing: Listing, tally: Tally, *, apply: bool) -> Iterator[Callable[[RowResult], None]]:
    """Prints the results as JSON while they come, if that was asked for: one object with ``rows``, then the counts."""
    if not context.json:
        yield lambda _: None
        return
    first = True

    def show(result: RowResult) -> None:
        nonlocal first
        click.echo(("" if first else ",\n") + context.text(asdict(result)), nl=False)
        first = False

    click.echo(f'{{"applied": {json.dumps(apply)}, "program": {context.text(listing.program)}, "rows": [')
    yield show
    rest = {"unknown_columns": listing.unknown, "skipped_files": listing.skipped} | tally.counts()
    click.echo("],\n" + context.text(rest)[1:])


@contextmanager
def _recorded(file: Path | None) -> Iterator[Callable[[RowResult], None]]:
    """Writes the results as CSV while they come, for nobody else to read."""
    if file is None:
        yield lambda _: None
        return
    from subscribers.transfer import defused

    def opener(name: str, flags: int) -> int:
        return os.open(name, flags, 0o600)

    with _told(file):
        stream = open(file, "w", encoding="utf-8", newline="", opener=opener)  # noqa: SIM115 # Path.open has no opener
    writer = csv.writer(stream)

    def record(result: RowResult) -> None:
        several = ("; ".join(result.warnings), ";".join(result.flags))
        cells = (result.address, result.outcome.value, str(result.status or ""), result.reason, *several)
        with _told(file):
            writer.writerow((result.row, *map(defused, (result.file, *cells))))

    try:
        with _told(file):
            writer.writerow(("row", "file", "email", "outcome", "status", "reason", "warnings", "flags"))
        yield record
    finally:
        with _told(file):
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
    from publisher.delivery import audience
    from subscribers import store, transfer
    from subscribers.subscriber import Status

    write: Callable[[Any, TextIO], int] = transfer.write_json if context.json else transfer.write_csv
    with context.app() as app, app.database.read() as connection:
        wanted = store.belongs(audience.segment(app.config, where, app.clock.now()))
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
    try:
        write(rows, sys.stdout)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        # What is left in its buffer would be tried again, and complained of, when the program ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise StoreError(
            f"standard output cannot be written: {error.strerror}", hint="name a file with --to"
        ) from error


@contextmanager
def _told(file: Path) -> Iterator[None]:
    """Turns what goes wrong with the file into an error that names it."""
    try:
        yield
    except OSError as error:
        raise StoreError(f"{file} cannot be written: {error.strerror}", hint="name another with --to") from error


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
