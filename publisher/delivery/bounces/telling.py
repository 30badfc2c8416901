"""Which words of a mail for people tell why it came back. Pure."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from email.message import Message

from publisher.delivery.bounces import classify, parse
from publisher.text import clean, one_line

LONGEST = 500
"""Characters kept of what was said."""
_LINES, _FULL = 400, 60
_LABELLED = re.compile(
    r"(?:退信原因|失败原因|错误原因|拒绝原因|原因|出错信息|错误信息|reason|error message|remote host said|\bsaid"
    r"|server (?:said|responded)|response was|diagnos\w{0,8}(?: information| code)?)"
    r"\s{0,3}[:：]\s{0,3}(?P<said>\S.{0,2000})",
    re.IGNORECASE,
)
_REPLY = re.compile(r"^\W{0,4}(?:smtp;\s?|<<<\s?)?[45]\d\d[ -]|(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?![\d.])", re.ASCII)


def human(message: Message) -> str:
    """The text for people: the plain parts, or where there are none what is seen of the HTML parts."""
    texts = {"text/plain": "", "text/html": ""}
    for part in parse.parts(message):
        kind = part.get_content_type()
        if kind in texts and len(texts[kind]) < parse.TEXT:
            texts[kind] += parse.text(part) + "\n"
    return texts["text/plain"] if texts["text/plain"].strip() else texts["text/html"]


def reason(text: str, domain: str = "") -> str:
    """The words that give the cause, as one line: those after a label, of a server's reply, or that we know.

    Empty where there are none such.
    """
    lines = [clean(line[:3000]) for line in text.split("\n", _LINES)[:_LINES]]
    for number, line in enumerate(lines):
        match = _LABELLED.search(line)
        if match:
            return _joined([match["said"], *_continued(lines, number)])
    for number, line in enumerate(lines):
        if _REPLY.search(line):
            return _joined([line, *_continued(lines, number)])
    return _joined([next((line for line in lines if classify.named(line, domain)), "")])


def _joined(lines: list[str]) -> str:
    return one_line(" ".join(lines))[:LONGEST].rstrip()


def _continued(lines: list[str], number: int) -> Iterator[str]:
    """The lines that belong to one: indented, or after one that was full, or of the same reply."""
    for before, line in itertools.pairwise(lines[number : number + 6]):
        told = line.strip()
        wrapped = line[0] in " \t" if told else False
        if not told or not (wrapped or len(before) >= _FULL or _REPLY.match(told)):
            return
        yield told
