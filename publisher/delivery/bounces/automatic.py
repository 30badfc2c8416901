"""Whether a person wrote the mail, or a program: a mail server, a vacation program, a mailing list. Pure."""

from __future__ import annotations

import re
from email.message import Message

from publisher.delivery.bounces import parse

_DAEMON = re.compile(
    r"\b(?:mailer-?daemon|mail-?daemon|postmaster|double-bounce|mdaemon|bounces?(?:[+-][^\s@<>]{0,100})?)@"
    r"|\b(?:mailer-daemon|mail delivery (?:sub)?system|microsoft outlook|microsoft exchange|system administrator)\b",
    re.IGNORECASE,
)
_REPLIES = (
    "X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Autoreply-From", "X-Mail-Autoreply", "X-Auto-Reply-From",
    "X-Vacation", "X-Qmail-Autoresponder",
)  # fmt: skip
_LISTS = ("List-Id", "List-Unsubscribe")
_REPLY = re.compile(
    r"(?:(?:re|aw|antw|sv|回复|答复)\s?[:：]\s?)?"
    r"(?:\[?auto(?:matic|matische|-|\b)[ -]?(?:reply|response|responder|antwort)"
    r"|out of (?:the )?office|on vacation|away from (?:the|my) (?:office|mail|desk)|vacation|ooo\b|i am away"
    r"|自动回复|自動回覆|自动答复|自動応答|不在のお知らせ|不在通知|休假"
    r"|abwesenheit|automatische antwort|réponse automatique|absence du bureau|message d'absence"
    r"|respuesta automática|fuera de (?:la )?oficina|risposta automatica|fuori (?:sede|ufficio)"
    r"|resposta automática|automatisch antwoord|afwezig|autosvar|automatiskt svar"
    r"|автоответ|автоматический ответ|odpowiedź automatyczna)",
    re.IGNORECASE,
)


def is_null(message: Message) -> bool:
    """Whether it came from the empty envelope sender, as reports do (RFC 5321 4.5.5), or names no author."""
    path = parse.field(message, "Return-Path")
    return path in {"<>", "< >"} or ("Return-Path" in message and not path) or not parse.field(message, "From")


def is_daemon(message: Message) -> bool:
    """Whether a mail server seems to have written it."""
    return bool(is_null(message) or _DAEMON.search(parse.field(message, "From")) or "X-Failed-Recipients" in message)


def is_reply(message: Message) -> bool:
    """Whether it is an answer that a program gave for a person: out of office, received, please confirm (RFC 3834)."""
    if any(name in message for name in _REPLIES) or _precedence(message) in {"auto_reply", "auto-reply"}:
        return True
    replied = _submitted(message) == "auto-replied" and not _DAEMON.search(parse.field(message, "From"))
    return (replied and "X-Failed-Recipients" not in message) or bool(_REPLY.match(parse.field(message, "Subject")))


def is_program(message: Message) -> bool:
    """Whether no person wrote it, by any sign that there is (RFC 3834 5)."""
    return (
        _submitted(message) != "no"
        or is_daemon(message)
        or is_reply(message)
        or _precedence(message) in {"bulk", "junk", "list"}
        or any(name in message for name in _LISTS)
        or message.get_content_type() == "multipart/report"
    )


def _submitted(message: Message) -> str:
    return re.split(r"[;\s(]", parse.field(message, "Auto-Submitted").lower(), maxsplit=1)[0] or "no"


def _precedence(message: Message) -> str:
    return parse.field(message, "Precedence").lower()
