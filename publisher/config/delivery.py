"""The sections on what leaves and who may ask: ``subscribers``, ``delivery``, ``web``, ``tracking``."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import ValidationInfo, field_validator

from publisher.config import value
from publisher.config.kind import (
    LIST,
    NAMED,
    WORD,
    Address,
    BaseUrlOrEmpty,
    Duration,
    Filled,
    Flag,
    Host,
    InFile,
    Language,
    Line,
    Listening,
    Name,
    Network,
    Port,
    Secret,
    SomeTime,
    Somewhere,
    SomewhereOrNone,
    Whole,
    reading,
)
from publisher.config.section import Later, Section, setting

_PATIENT = timedelta(minutes=10)


class Signup(Section):
    """What the sign-up form takes within 24 hours, and how it tells people from programs."""

    network: Whole = setting(
        20, ge=1, le=100_000, description="Forms from one network, an IPv4 /24 or IPv6 /64, within 24 hours."
    )
    domain: Whole = setting(
        100,
        ge=1,
        le=1_000_000,
        description="Forms with addresses of one mail domain within 24 hours. The large providers, such as gmail.com "
        "and qq.com, share half of `site` in place of it.",
    )
    site: Whole = setting(
        1000,
        ge=1,
        le=10_000_000,
        description="All forms within 24 hours; then the form closes itself until they are over, and raises an alarm.",
    )
    wait: Duration = setting(
        "3s", description="A form that comes back sooner was filled in by a program; 10m at most, 0: none is too fast."
    )
    proof_of_work: Whole = setting(
        0,
        ge=0,
        le=24,
        description="Bits of a puzzle that the visitor's browser solves before it sends the form, each bit doubling "
        "it: 18 take a second or two. The form then needs JavaScript. 0: none.",
    )

    @field_validator("wait")
    @classmethod
    def _short(cls, wait: timedelta) -> timedelta:
        if wait > _PATIENT:
            raise ValueError("is longer than ten minutes, and nobody waits so long; write for example 3s")
        return wait


class Subscribers(Section):
    """The readers."""

    confirm_within: SomeTime = setting("7d", description="How long the link of a confirmation mail works.")
    signup: Signup = setting({}, description="What keeps programs and floods from the sign-up form.")
    languages: Annotated[tuple[Language, ...], LIST] = setting(
        ("en", "zh-CN"), description="Languages that a reader can choose for the words around the stories."
    )

    @field_validator("languages")
    @classmethod
    def _some(cls, languages: tuple[str, ...]) -> tuple[str, ...]:
        if not languages:
            raise ValueError("names no language; write for example [en]")
        return tuple(dict.fromkeys(languages))


class Login(Section):
    """A mail server and how to sign in."""

    host: Host = setting(description="Name of the server.", example="smtp.example.org")
    user: Line = setting("", description="Account to sign in with; empty: no sign-in.")
    password_file: InFile | None = setting(None, secret=True, description="File that holds the password.")
    password: Secret = setting("", secret=True, description="The password from the environment, `${SMTP_PASSWORD}`.")

    @field_validator("password")
    @classmethod
    def _both(cls, password: str, info: ValidationInfo) -> str:
        user = info.data.get("user")
        if user and not password and "password_file" in info.data:
            raise ValueError("is missing for this user; write ${NAME}, or password_file: with the path of a file")
        if password and user == "":
            raise ValueError("has no user; write user: too")
        return password


class Smtp(Login):
    """A relay that takes mail (RFC 6409)."""

    port: Port = setting(587, description="Port of the relay.")
    security: Annotated[Literal["none", "starttls", "tls"], WORD] = setting(
        "starttls", description="`starttls` after the greeting (port 587), `tls` from the first byte (465), or none."
    )
    connections: Whole = setting(8, ge=1, le=200, description="Connections open at once.")
    rate: Whole = setting(0, ge=0, description="Messages a second, over all connections; 0: no limit.")


class Relay(Smtp):
    """One of several relays."""

    weight: Whole = setting(1, ge=1, le=1000, description="Its part of the messages, against the other relays.")


class Domain(Section):
    """How fast one receiving domain is sent to."""

    connections: Whole | None = setting(None, ge=1, le=200, description="Connections open at once.")
    per_connection: Whole | None = setting(None, ge=1, description="Messages on one connection.")
    rate: Whole | None = setting(None, ge=0, description="Messages a second; 0: no limit.")


class Dkim(Section):
    """A key that mails are signed with (RFC 6376)."""

    domain: Host = setting(description="Domain that signs.", example="example.org")
    selector: Name = setting(description="Name of the key in DNS.", example="s1")
    key_file: InFile = setting(secret=True, description="File of the private key, PEM.", example="secrets/s1.pem")


class Imap(Login):
    """A mailbox that is read over the network (RFC 9051)."""

    port: Port = setting(993, description="Port of the server.")
    security: Annotated[Literal["none", "starttls", "tls"], WORD] = setting(
        "tls", description="`tls` from the first byte (port 993), `starttls`, or none."
    )
    folder: Filled = setting("INBOX", description="Folder of the mailbox.")


_LOCAL = 36
"""Characters that 64 (RFC 5321 4.5.3.1.1) leave beside a plus and a mark of 27."""


class Bounces(Section):
    """Where undeliverable mail comes back to."""

    address: Address = setting(
        description="Envelope sender of digests; each gets a mark of its own before the @, `bounce+mark@`, by which "
        "a returned one is known (VERP).",
        example="bounce@example.org",
    )
    maildir: SomewhereOrNone = setting(None, description="Maildir in which returned mail is found.")
    imap: Imap | None = setting(None, description="Mailbox in which returned mail is found.")
    pipe: Flag = setting(
        False, description="Whether a mail server hands returned mail to `publisher bounces -`, a message at a time."
    )

    @property
    def is_read(self) -> bool:
        """Whether anybody reads what comes back: only then may readers be told to write there."""
        return self.pipe or self.maildir is not None or self.imap is not None

    @field_validator("address")
    @classmethod
    def _room_for_the_mark(cls, address: str) -> str:
        if len(address.rpartition("@")[0]) > _LOCAL:
            raise ValueError(
                f"{address!r} leaves no room for the mark of each mail; write at most {_LOCAL} characters before the @"
            )
        return address


class Delivery(Section):
    """How mails leave."""

    transport: Annotated[Literal["folder", "smtp"], WORD] = setting(
        "folder", description="`folder` writes each mail into a file; `smtp` sends it."
    )
    folder: Somewhere = setting("outbox", description="Folder of the transport `folder`.")
    relays: Annotated[
        tuple[Relay, ...],
        LIST,
        Later("is not followed: its first entry sends all in this version", lambda relays: len(relays) > 1),
    ] = setting((), description="Several relays instead of `smtp`, each with the keys of `smtp` and a `weight`.")
    smtp: Smtp | None = setting(
        None, description="The relay of the transport `smtp`; the first of `relays` where only these are given."
    )
    domains: Annotated[
        dict[Host, Domain], NAMED, Later("is not followed: all domains are sent to at one pace in this version")
    ] = setting({}, description="Pace of single receiving domains, beside the shipped profiles.")
    encoding: Annotated[Literal["base64", "8bit", "quoted-printable"], WORD] = setting(
        "base64",
        description="How the parts of a digest are written: `base64` passes every relay unchanged; `8bit` is a quarter "
        "smaller and needs relays that all know 8BITMIME; `quoted-printable` suits mails of Latin letters.",
    )
    dkim: Annotated[tuple[Dkim, ...], LIST] = setting(
        (),
        description="Keys that mails are signed with, RSA and, beside it, Ed25519; those of the sender's domain count. "
        "`publisher dkim new` makes one.",
    )
    bounces: Bounces | None = setting(None, description="Where undeliverable mail comes back to.")
    uncertain: Annotated[Literal["hold", "resend"], WORD] = setting(
        "hold", description="What becomes of a message whose outcome a crash hid: nothing until you decide, or again."
    )

    @field_validator("smtp")
    @classmethod
    def _relay(cls, smtp: Smtp | None, info: ValidationInfo) -> Smtp | None:
        relays = info.data.get("relays")
        if smtp and relays:
            raise ValueError("stands beside relays; keep one of the two")
        if not smtp and relays == () and info.data.get("transport") == "smtp":
            raise ValueError("is missing for transport: smtp; write smtp: {host: smtp.example.org}")
        return smtp or (relays[0] if relays else None)


class Secrets(Section):
    """What must stay secret."""

    keys_file: Somewhere = setting(
        "var/keys",
        description="Keys of all links in mails; made at the first run. Back it up: losing it kills every old "
        "unsubscribe link.",
    )


class Web(Section):
    """The web server and its public address."""

    listen: Listening = setting("127.0.0.1:8000", description="Host and port that `publisher serve` listens at.")
    url: BaseUrlOrEmpty = setting(
        "",
        description="Public address of the server, https: links in mails begin with it. Needed as soon as there is a "
        "newsletter, unless the server listens at this machine alone; then it is `http://` and `web.listen`.",
    )
    trusted_proxies: Annotated[tuple[Network, ...], LIST] = setting(
        (), description="Addresses of proxies whose word on the visitor's address is taken."
    )

    @field_validator("url")
    @classmethod
    def _reachable(cls, url: str, info: ValidationInfo) -> str:
        listen = info.data.get("listen")
        if url:
            parts = urlsplit(url)
            if parts.scheme != "https" and not value.loopback(parts.hostname or ""):
                raise ValueError(f"{url!r} is not https, and mail programs call no other; write https://{url[7:]}")
            return url
        if listen and value.loopback(listen.host):
            return f"http://{listen}"
        if listen and reading(info).newsletters:
            raise ValueError("is missing: links in mails begin with it; write url: https://news.example.org")
        return ""


class Tracking(Section):
    """What is counted about readers; nothing unless you say so."""

    clicks: Flag = setting(False, description="Whether links in mails lead over the server, which counts them.")
    opens: Flag = setting(False, description="Whether mails hold a picture that counts how often it is shown.")
    readers: Flag = setting(
        False, description="Whether it is kept who followed which link and saw which mail; else only how many did."
    )
