"""The group of all commands, and what an error looks like."""

from __future__ import annotations

import io
import sys
import traceback

import click

from publisher import __version__
from publisher.cli import issue, operate, readers, site
from publisher.cli.context import Context, Group, complain
from publisher.errors import ConfigError, PublisherError
from subscribers.error import SubscriberError

DONE, WRONG, USAGE = 0, 1, 2
"""Exit codes."""


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", message="publisher %(version)s")
@click.pass_context
def cli(context: click.Context) -> None:
    """A folder of Markdown articles becomes feeds and e-mail digests.

    Begin with: publisher init my-site
    """
    context.ensure_object(Context)


for module in (site, issue, readers, operate):
    for command in module.COMMANDS:
        cli.add_command(command)


def main() -> None:
    """Runs the command line and ends the process with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        # UTF-8 in whatever locale cron gave us, and a file name that is none ends no command.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.exit(run(sys.argv[1:]))


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
        if context.debug:
            traceback.print_exc()
        mistakes = error.line().split("\n") if isinstance(error, ConfigError) else [error.line()]
        for mistake in mistakes:
            complain(mistake)
        return USAGE if isinstance(error, ConfigError) else WRONG
    except BrokenPipeError:
        sys.stderr.close()
        return WRONG
    except Exception as error:  # noqa: BLE001 # the last resort: a defect of ours is told as such
        if context.debug:
            traceback.print_exc()
        return _say(
            f"{type(error).__name__}: {error}; this is a defect: run it with --debug and report what it says", WRONG
        )
    return result if isinstance(result, int) and not isinstance(result, bool) else DONE


def _usage(error: click.ClickException) -> str:
    """The error of a command line as one line, with what to look at where it does not say what to write."""
    text = " ".join(error.format_message().split()).rstrip(".")
    context = error.ctx if isinstance(error, click.UsageError) else None
    return text if context is None or text.endswith("?") else f"{text}; see '{context.command_path} --help'"


def _say(text: str, code: int) -> int:
    complain(text)
    return code
