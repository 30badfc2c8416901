"""The section ``webhooks``: reports that come in, and events that go out, over HTTP."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, field_validator

from publisher.config.kind import LIST, NAMED, WORD, InFile, Line, Name, Secret, Url
from publisher.config.section import FlawsError, Later, Section, setting

PROVIDERS = ("ses", "mailgun", "postmark", "sendgrid")
_TOPIC = re.compile(r"arn:aws(-cn|-us-gov)?:sns:[a-z0-9-]{3,32}:\d{12}:[A-Za-z0-9_-]{1,256}", re.ASCII)
# The head of every key of this kind (RFC 5480 2.2: a point of P-256, not compressed), then 64 octets.
_KEY = re.compile(r"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE[A-Za-z0-9+/]{86}==", re.ASCII)
_ARMOUR = re.compile(r"-----(BEGIN|END) PUBLIC KEY-----|\s")


def _event(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z_.]*", text):
        raise ValueError(f"{text!r} is not an event; write for example sent or unsubscribed")
    return text


def _topic(text: str) -> str:
    text = text.strip()
    if text and not _TOPIC.fullmatch(text):
        raise ValueError(f"{text!r} is no topic of SNS; write its ARN: arn:aws:sns:eu-west-1:123456789012:bounces")
    return text


class Hook(Section):
    """Who may post, or is posted to."""

    secret_file: InFile | None = setting(None, secret=True, description="File of the secret that it signs with.")
    secret: Secret = setting("", secret=True, description="That secret from the environment, `${NAME}`.")


class HookIn(Hook):
    """A provider that reports bounces and complaints."""

    topic: Annotated[Line, AfterValidator(_topic)] = setting(
        "",
        description="Of `ses`, in place of a secret: the ARN of the topic that it posts to; of no other is anything "
        "believed.",
        example="arn:aws:sns:eu-west-1:123456789012:bounces",
    )
    user: Line = setting(
        "", description="Of `postmark`: the name before the secret in the address that it posts to; empty: any."
    )


class HookOut(Hook):
    """An address that is told what happens."""

    url: Url = setting(description="Where events are posted to.", example="https://example.org/hook")
    events: Annotated[tuple[Annotated[str, WORD, AfterValidator(_event)], ...], LIST] = setting(
        (), description="Events it is told of, such as `sent` and `unsubscribed`; none named means all."
    )


class Webhooks(Section):
    """Reports that come in and go out over HTTP."""

    incoming: Annotated[dict[Name, HookIn], NAMED] = setting(
        {},
        alias="in",
        description="Providers that report bounces and complaints, by name: `ses`, `mailgun`, `postmark`, `sendgrid`. "
        "Each posts to `/webhooks/` and its name.",
    )
    outgoing: Annotated[tuple[HookOut, ...], LIST, Later("is not used: nobody is told of events in this version")] = (
        setting((), alias="out", description="Addresses that are told what happens.")
    )

    @field_validator("incoming")
    @classmethod
    def _provable(cls, incoming: dict[str, HookIn]) -> dict[str, HookIn]:
        found = {name: _whole(name, hook) for name, hook in incoming.items()}
        flaws = [((name,), flaw) for name, flaw in found.items() if isinstance(flaw, str)]
        if flaws:
            raise FlawsError(flaws)
        return {name: hook for name, hook in found.items() if isinstance(hook, HookIn)}


def _whole(name: str, hook: HookIn) -> HookIn | str:
    """The provider as it can be proved, or what is wrong with it."""
    if name not in PROVIDERS:
        return f"{name!r} is not a provider whose reports are understood; write {', '.join(PROVIDERS[:-1])} or sendgrid"
    if hook.topic and name != "ses":
        return f"has a topic, and {name} knows none; take it away"
    if hook.user and name != "postmark":
        return f"has a user, and {name} sends none; take it away"
    if name == "ses":
        if hook.secret:
            return "has a secret, and ses proves itself by its certificate; take it away"
        return hook if hook.topic else "is missing topic: with the ARN of its topic in SNS; write it"
    if not hook.secret:
        return "is missing its secret; write secret_file: with the path of a file, or secret: ${NAME}"
    if name != "sendgrid":
        return hook
    key = _ARMOUR.sub("", hook.secret)
    if not _KEY.fullmatch(key):
        return "has a secret that is no key; write the verification key that SendGrid shows: MFkwEwYHKoZI…"
    return hook.model_copy(update={"secret": key})
