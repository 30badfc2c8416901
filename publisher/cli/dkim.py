"""Commands on keys that sign mails: dkim new."""

from __future__ import annotations

import json
import os
import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from publisher.cli.context import Context, Group
from publisher.errors import StateError, StoreError

if TYPE_CHECKING:
    from publisher.digest.dkim import Key


@click.group(cls=Group)
def dkim() -> None:
    """Make keys that sign mails."""


@dkim.command()
@click.argument("domain")
@click.option("--selector", default="", metavar="S", help="The key's name in DNS; year and month, if not given.")
@click.option("--ed25519", is_flag=True, help="A second, short key, beside the RSA key that every receiver asks for.")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the key is kept; 'secrets' beside the config file, if not given.",
)
@click.pass_obj
def new(context: Context, domain: str, *, selector: str, ed25519: bool, folder: Path | None) -> int:
    """Make a key that signs mails.

    DOMAIN is what follows the @ of From. The private key goes into a file that only you can read and that is never
    overwritten; the DNS record and the lines for config.yaml are printed. It works without a site.
    """
    from publisher.app import Clock
    from publisher.digest import dkim

    try:
        domain = dkim.ascii_name(domain)
        selector = dkim.selector_name(selector or _selector(Clock(context.now).now(), ed25519=ed25519))
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    algorithm = dkim.Algorithm.ED25519 if ed25519 else dkim.Algorithm.RSA
    pem = dkim.make(algorithm)
    key = dkim.load(domain, selector, pem)
    file = (folder or context.config.parent / "secrets") / f"{domain}.{selector}.pem"
    _keep(file, pem)
    _tell(context, key, file)
    return 0


def _selector(now: datetime, *, ed25519: bool) -> str:
    """A name that says when the key was made, so that it is plain which is older: ``p202611``."""
    return f"p{now:%Y%m}{'e' if ed25519 else ''}"


def _keep(file: Path, pem: bytes) -> None:
    """Writes the key into a new file of mode 0600, to the disk, or leaves no file."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.path.lexists(file):
            hint = "a key in use must not be lost: name another --selector or --folder"
            raise StateError(f"{file} is there already", hint=hint)
        number = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(number, "wb") as opened:
                opened.write(pem)
                opened.flush()
                os.fsync(opened.fileno())
        except BaseException:
            file.unlink()
            raise
    except OSError as error:
        hint = "check the owner, the permissions and the room of its folder, or name another --folder"
        raise StoreError(f"{file} cannot be written: {error.strerror}", hint=hint) from error


def _tell(context: Context, key: Key, file: Path) -> None:
    """Prints where the key is and the two places that have to know of it."""
    from publisher.digest import dkim

    record = {"name": dkim.record_name(key), "type": "TXT", "value": dkim.public_record(key)}
    entry = {"domain": key.domain, "selector": key.selector, "key_file": _seen_from(context.config, file)}
    told = {
        "domain": key.domain,
        "selector": key.selector,
        "algorithm": key.algorithm.value,
        "bits": key.bits,
        "file": str(file),
        "record": {**record, "zone": dkim.zone_line(key)},
        "config": entry,
    }
    context.show(
        told,
        lambda: [
            f"made {file}: only you can read it; keep it out of git, and in your backup",
            "",
            "1. the record for DNS:",
            *(f"   {what:5}  {value}" for what, value in record.items()),
            "   or as a line of a zone file:",
            f"   {dkim.zone_line(key)}",
            "",
            "2. config.yaml, one entry for each key, as soon as DNS shows the record:",
            "   delivery:",
            "     dkim:",
            f"       - {{{', '.join(f'{name}: {_yaml(value)}' for name, value in entry.items())}}}",
        ],
    )


def _seen_from(config: Path, file: Path) -> str:
    """The file as config.yaml has to name it: from its own folder, where it lies below."""
    base, path = config.parent.resolve(), file.resolve()
    return (path.relative_to(base) if path.is_relative_to(base) else path).as_posix()


def _yaml(value: str) -> str:
    """The text as YAML takes it for one; JSON's quotes are YAML's too."""
    return value if re.fullmatch(r"[A-Za-z/][A-Za-z0-9._/-]*", value) else json.dumps(value, ensure_ascii=False)


COMMANDS = (dkim,)
