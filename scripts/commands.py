"""Writes the reference page of the command line from the commands themselves; a test fails until it was run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from publisher.cli.context import Context
from publisher.cli.main import cli

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "commands.md"
INTRODUCTION = """\
# Commands

This page is made from the commands' own help (`make docs`); change that, not the page.

Exit codes: 0 done; 1 it ran and something is wrong, or was refused; 2 wrong usage or config. Results go to standard
output, errors to standard error as one line that says what to do. Every command takes these options, before its name or
after it:

| option | |
|---|---|
| `-c`, `--config PATH` | the site's config file, `config.yaml` here if not given |
| `--json` | the result as JSON |
| `--debug` | errors with a traceback, and every event |
"""
SHARED = {"--config", "--now", "--debug", "--json", "--help", "--version"}


def page() -> str:
    """The whole page."""
    return "\n".join([INTRODUCTION, *_group(cli, "publisher")])


def _group(group: click.Group, name: str) -> Iterator[str]:
    context = click.Context(group, info_name=name, obj=Context())
    for each in group.list_commands(context):
        command = group.get_command(context, each)
        assert command is not None
        if isinstance(command, click.Group):
            yield from _group(command, f"{name} {each}")
        else:
            yield from _command(command, f"{name} {each}", context)


def _command(command: click.Command, name: str, parent: click.Context) -> Iterator[str]:
    own = [option for option in command.params if isinstance(option, click.Option) and not SHARED & {*option.opts}]
    arguments = [
        argument.make_metavar(click.Context(command, parent=parent))
        for argument in command.params
        if isinstance(argument, click.Argument)
    ]
    yield f"## {' '.join([name, *arguments])}\n"
    yield f"{command.help}\n"
    if own:
        yield "| option | |\n|---|---|"
        yield from (_option(option, command, parent) for option in own)
        yield ""


def _option(option: click.Option, command: click.Command, parent: click.Context) -> str:
    value = "" if option.is_flag else f" {option.make_metavar(click.Context(command, parent=parent))}"
    spelled = "`, `".join(option.opts)
    return f"| `{spelled}{value}` | {(option.help or '').replace('|', chr(92) + '|')} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(PAGE.relative_to(PAGE.parent.parent.parent))
