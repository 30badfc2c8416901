"""The group of all commands, and what an error looks like."""

from __future__ import annotations

import gc
import importlib
import io
import os
import sys
from collections.abc import Mapping
from types import MappingProxyType

import click

from publisher import __version__
from publisher.cli.context import Context, Group, complain
from publisher.errors import ConfigError, PublisherError
from subscribers.error import SubscriberError

DONE, WRONG, USAGE = 0, 1, 2
"""Exit codes."""
MODULES: Mapping[str, str] = MappingProxyType(
    {
        "articles": "site",
        "bounces": "bounces",
        "build": "build",
        "check": "site",
        "dkim": "dkim",
        "explain": "site",
        "init": "site",
        "issue": "issue",
        "migrate": "operate",
        "run-due": "operate",
        "serve": "operate",
        "subscribers": "readers",
    }
)
"""The module of each command: one that runs imports no other's."""


class _Program(Group):
    """The commands, each imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands."""
        del ctx
        return sorted(MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        del ctx
        if cmd_name not in MODULES:
            return None
        module = importlib.import_module(f"publisher.cli.{MODULES[cmd_name]}")
        commands: tuple[click.Command, ...] = module.COMMANDS
        return next(command for command in commands if command.name == cmd_name)


@click.group(cls=_Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", message="publisher %(version)s")
@click.pass_context
def cli(context: click.Context) -> None:
    """A folder of Markdown articles becomes feeds and e-mail digests.

    Begin with: publisher init my-site
    """
    context.ensure_object(Context)


def main() -> None:
    """Runs the command line and ends the process with its exit code."""
    # Start-up makes a hundred thousand objects that all stay: a tenth of it went by in looking for garbage among them.
    gc.set_threshold(250_000, 20, 20)
    _in_utf8()
    for stream in (sys.stdout, sys.stderr):
        # UTF-8 in whatever locale cron gave us, and a file name that is none ends no command.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    code = run(sys.argv[1:])
    gc.freeze()  # else all that is left is looked through for garbage before it is thrown away: a quarter of a command
    sys.exit(code)


def _in_utf8() -> None:
    """Starts anew where names of files would be read otherwise: they are UTF-8, whatever the locale of a cron job is.

    The interpreter decides that for good when it starts, and gives it on to the processes that it starts.
    """
    if sys.getfilesystemencoding() != "utf-8" and os.environ.get("PYTHONUTF8") != "1":
        os.environ["PYTHONUTF8"] = "1"
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 # this very command


def run(arguments: list[str]) -> int:
    """The exit code of a command line. Errors are one line on standard error that says what to do."""
    context = Context()
    try:
        result = cli.main(args=arguments, prog_name="publisher", standalone_mode=False, obj=context)
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except (click.Abort, KeyboardInterrupt):
        return _say("stopped; nothing is lost: run the command again to go on", WRONG)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return USAGE
    except click.ClickException as error:
        return _say(_usage(error), USAGE)
    except (PublisherError, SubscriberError) as error:
        _trace(context)
        mistakes = error.line().split("\n") if isinstance(error, ConfigError) else [error.line()]
        for mistake in mistakes:
            complain(mistake)
        return USAGE if isinstance(error, ConfigError) else WRONG
    except BrokenPipeError:
        sys.stderr.close()
        return WRONG
    except Exception as error:  # noqa: BLE001 # the last resort: a defect of ours is told as such
        _trace(context)
        return _say(
            f"{type(error).__name__}: {error}; this is a defect: run it with --debug and report what it says", WRONG
        )
    return result if isinstance(result, int) and not isinstance(result, bool) else DONE


def _trace(context: Context) -> None:
    """Shows where the error came from, where that was asked for."""
    if context.debug:
        import traceback

        traceback.print_exc()


def _usage(error: click.ClickException) -> str:
    """The error of a command line as one line, with what to look at where it does not say what to write."""
    text = " ".join(error.format_message().split()).rstrip(".")
    context = error.ctx if isinstance(error, click.UsageError) else None
    return text if context is None or text.endswith("?") else f"{text}; see '{context.command_path} --help'"


def _say(text: str, code: int) -> int:
    complain(text)
    return code
