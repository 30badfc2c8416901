"""Reports that mail servers write for people only: whom they name, and why it came back. Pure.

qmail, old Exim and Sendmail, Exchange, Domino, the web mailers: each has its form, and they all put the address at the
beginning of a line (or in a field of the head), what was said after it (some before it), and the returned mail last.
"""

from __future__ import annotations

import re
from email.message import Message

from publisher.delivery.bounces import classify, parse, returned, telling
from publisher.delivery.bounces.report import Kind, Report
from publisher.text import one_line

RECIPIENTS = 1_000
_FAILED = re.compile(
    r"(?:could|can|would|was|has|have|did|is)(?: ?n[o']t|not) (?:yet )?(?:be |been )?(?:deliver|reach|sent)"
    r"|undeliver|non-?deliver|delivery (?:has |to the .{0,40})?(?:failed|failure|error|problem)"
    r"|failed (?:to deliver|delivery)|unable to (?:deliver|send)|able to deliver|failure notice|error_code ?:"
    r"|returned (?:mail|to sender|message)|permanent (?:fatal )?errors?|delivery status notification"
    r"|message (?:bounced|rejected)|rejected your"
    r"|退信|退回|无法投递|投递失败|未能送达|无法送达|发送失败|无法发送|未送达|無法傳送|配信.{0,6}(?:失敗|不能|できません)"
    r"|unzustellbar|nicht zugestellt|non (?:remis|distribu|livr)|n'a pas (?:pu )?(?:être|été) (?:remis|distribu|livr)"
    r"|no se (?:ha )?pudo (?:entreg|enviar)|non (?:recapitat|consegnat)|не (?:было |удалось )?доставл|недоставлен",
    re.IGNORECASE,
)
_DELAYED = re.compile(
    r"\(delay\)|\bwarning: (?:message|could not|e?mail)|warning message only|delivery (?:has been |is |was )?delayed"
    r"|has not yet been|still (?:being |un)(?:tried|delivered|retried)|still trying|do not need to resend"
    r"|will (?:be retried|keep trying|continue)|delivery attempts will continue|延迟|继续尝试|稍后重试"
    r"|requires? that you verify|real live human|please confirm (?:that )?you|confirm your message",
    re.IGNORECASE,
)
_GIVEN_UP = re.compile(
    r"given up|giving up|permanent(?:ly)? (?:fail|error|fatal)|will not be retried|final notice", re.IGNORECASE
)
# Where the returned mail begins: what servers write above it, or a field that only a mail begins with.
_BELOW = re.compile(
    r"^[ >]{0,4}(?:-{2,80}.{0,60}(?:copy of|original|returned|undelivered|below this line|message follows).{0,80}"
    r"|(?:original message (?:headers|follows)|unsent message below|message header follows).{0,40}"
    r"|(?:return-path|received|dkim-signature|message-id|mime-version|list-unsubscribe):.{0,4000})$",
    re.IGNORECASE | re.MULTILINE,
)
_HEADS = re.compile(r"^[ >]{0,4}[A-Za-z][A-Za-z-]{1,40}: ?\S", re.MULTILINE)
_LABEL = r"(?:to|recipient|rcpt to|address|failed recipient|收件人|收件人地址|收件地址|接收方)[ \t]?[:：]?[ \t]{0,4}"
_ENTRY = re.compile(
    rf"^[ \t>*•]{{0,12}}(?:{_LABEL})?[\"'<(（“]{{0,2}}(?P<address>{parse.ADDRESS.pattern})[\"'>)）”]{{0,2}}"
    r"(?=[ \t]*$|[ \t]{0,4}[:：(（,，;]|\.\.\.|[ \t]+(?:on[ \t]|invalid |\())",
    re.IGNORECASE | re.MULTILINE,
)
_NOBODY = re.compile(r"(?:postmaster|mailer-?daemon|abuse|noreply|no-reply|support|helpdesk|admin)@", re.IGNORECASE)
_SERVER = re.compile(
    r"\b(?:host:?|talking to|server for the recipient domain \S{1,253} by|remote server:?)[ \t\"']{1,3}"
    r"(?P<host>[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8})",
    re.IGNORECASE,
)


def read(message: Message) -> list[Report]:
    """A report for each recipient that the text names; none where it does not say that something came back."""
    text, _ = split(telling.human(message))
    subject = parse.field(message, "Subject")
    if not (_FAILED.search(subject) or _FAILED.search(text[:20_000]) or "X-Failed-Recipients" in message):
        return []
    waits = bool(_DELAYED.search(subject) or _DELAYED.search(text[:20_000])) and not _GIVEN_UP.search(text[:20_000])
    ours = {parse.address(value).lower() for value in parse.every(message, "To", "Delivered-To", "From")}
    entries = _entries(text, ours) or _named(message, text, ours)
    return [_report(address, told, text, waits=waits) for address, told in entries.items()]


def back(message: Message) -> returned.Returned:
    """What the mail is known by that stands below such a text."""
    _, below = split(telling.human(message))
    return returned.read(parse.fields(below))


def split(text: str) -> tuple[str, str]:
    """What the server wrote, and the mail that it returned, from its first field on."""
    match = _BELOW.search(text)
    if match is None:
        return text, ""
    head = _HEADS.search(text, match.start())
    return text[: match.start()], text[head.start() :].lstrip(" >") if head else ""


def _entries(text: str, ours: set[str]) -> dict[str, str]:
    """Addresses at the beginning of a line, each with what stands between it and the next."""
    found: dict[str, str] = {}
    address, start = "", 0
    for match in _ENTRY.finditer(text):
        if match["address"].lower() in ours or _NOBODY.match(match["address"]):
            continue
        if address:
            found[address] += text[start : match.start()]
        address, start = match["address"], match.end("address")
        if len(found) >= RECIPIENTS:
            return found
        found.setdefault(address, "")
    if address:
        found[address] += text[start:]
    return found


def _named(message: Message, text: str, ours: set[str]) -> dict[str, str]:
    """The addresses of the head, else the first that the text mentions, else nobody."""
    failed = parse.ADDRESS.findall(" ".join(parse.every(message, "X-Failed-Recipients")))
    if failed:
        return dict.fromkeys(failed[:RECIPIENTS], text)
    mentioned = (match[0] for match in parse.ADDRESS.finditer(text[:20_000]))
    return {next((each for each in mentioned if each.lower() not in ours and not _NOBODY.match(each)), ""): text}


def _report(address: str, told: str, whole: str, *, waits: bool) -> Report:
    domain = address.rpartition("@")[2]
    # Domino gives its reason above the address.
    said = (
        telling.reason(told, domain)
        or telling.reason(whole, domain)
        or one_line(told[:1000])[: telling.LONGEST].rstrip()
    )
    host = _SERVER.search(told)
    code, status = classify.code(said), classify.enhanced("", said)
    return Report(
        kind=Kind.NOTHING if waits else classify.kind(code, status, said, domain=domain),
        source="mail",
        recipient=address,
        status=status,
        code=code,
        text=said,
        server=host["host"] if host else "",
    )
