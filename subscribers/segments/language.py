"""Reads the language in which editors say which readers they mean. Pure.

    topic:chips and (language:zh or domain:qq.com,163.com) and joined < 2025-06-01 and not engaged within 90d

``not`` binds closer than ``and``, ``and`` closer than ``or``; a comma means any of. Capitals of keywords do not matter.
"""

from __future__ import annotations

from subscribers.error import SegmentError
from subscribers.segments import value
from subscribers.segments.tree import EVERYBODY, HAS, MOMENTS, And, Expression, Field, Not, Or, Relation, Test, lowered
from subscribers.segments.word import Kind, Token, check, shown, tokens

LONGEST, DEEPEST, MOST = 2000, 30, 100
"""Characters of an expression, brackets and ``not`` around a test, and values in all."""
_FIELDS = {"topics": Field.TOPIC} | {str(field): field for field in Field}
_DAYS = {each.value: each for each in Relation if each is not Relation.IS}


def parse(text: str) -> Expression:
    """The tree of an expression; of a blank one, ``EVERYBODY``.

    Raises ``SegmentError``: one sentence with the column, what is wrong there and what to write.
    """
    if len(text) > LONGEST:
        what = f"column {LONGEST + 1}: the expression is longer than {LONGEST:,} characters"
        raise SegmentError(what, hint="write a shorter one")
    check(text)
    parser = _Parser(list(tokens(text)))
    if parser.next.kind is Kind.END:
        return EVERYBODY
    found = parser.whole()
    if len(str(found)) > LONGEST:  # its own text could not be read again
        what = f"column 1: written out in full the expression is longer than {LONGEST:,} characters"
        raise SegmentError(what, hint="write a shorter one")
    return found


class _Parser:
    """Recursive descent over the tokens: a method for each rule of the grammar."""

    def __init__(self, found: list[Token]) -> None:
        self._tokens = found
        self._at = 0
        self._depth = 0
        self._values = 0

    @property
    def next(self) -> Token:
        return self._tokens[self._at]

    def whole(self) -> Expression:
        found = self._either()
        left = self.next
        if left.text == ")" and left.kind is Kind.SIGN:
            raise left.wrong("this ) closes nothing", "remove it, or write ( before")
        if left.kind is not Kind.END:
            raise left.wrong(f"{shown(left.text)} cannot follow here", "write and or or before it, or a comma")
        return found

    def _either(self) -> Expression:
        parts = [self._both()]
        while self._took("or"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _both(self) -> Expression:
        parts = [self._one()]
        while self._took("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _one(self) -> Expression:
        start = self.next
        self._depth += 1
        if self._depth > DEEPEST:
            raise start.wrong(f"more than {DEEPEST} brackets and not in each other", "write it flatter")
        if self._took("not"):
            found: Expression = Not(self._one())
        elif self._took("("):
            found = self._either()
            if not self._took(")"):
                raise start.wrong("this ( is not closed", "write ) behind its last test")
        else:
            found = self._test()
        self._depth -= 1
        return found

    def _test(self) -> Test:
        field = self._field(self._take())
        sign = self._take()
        if field in MOMENTS:
            return self._day(field, sign)
        if sign.kind is not Kind.SIGN or sign.text != ":":
            hint = f"write {field}: and one or more words, as in {value.LIKE[field]}"
            raise sign.wrong(f"{field} is compared with words", hint)
        values = [self._value(field)]
        while self._took(","):
            values.append(self._value(field))
        return Test(field, Relation.IS, tuple(dict.fromkeys(values)))

    def _field(self, token: Token) -> Field:
        if token.kind is Kind.END:
            raise token.wrong("the expression ends where a test is missing", "write for example topic:chips")
        if token.kind is not Kind.WORD:
            raise token.wrong(f"{shown(token.text)} cannot stand here", "write a test, for example topic:chips")
        field = _FIELDS.get(lowered(token.text))
        if field is None:
            raise token.wrong(f"{shown(token.text)} is no field", value.closest(token.text, map(str, Field)))
        return field

    def _day(self, field: Field, sign: Token) -> Test:
        relation = _DAYS.get(sign.text) if sign.kind in {Kind.SIGN, Kind.KEYWORD} else None
        if relation is None:
            hint = f"write {field} < 2025-06-01 (or <=, >, >=, =), {field} within 90d, or {field} before 90d ago"
            hint += f"; has:{field} asks whether there is any" if field in HAS and sign.text == ":" else ""
            raise sign.wrong(f"{field} is compared with days", hint)
        self._count(self.next)
        token = self._word(field, f"{field} {relation}")
        try:
            text = value.moment(relation, token.text)
        except SegmentError as error:
            raise token.wrong(str(error), error.hint) from error
        if relation is Relation.BEFORE:
            self._took("ago")
        return Test(field, relation, (text,))

    def _value(self, field: Field) -> str:
        self._count(self.next)
        token = self._word(field, f"{field}:")
        try:
            return value.read(field, token.text)
        except SegmentError as error:
            raise token.wrong(str(error), error.hint) from error

    def _word(self, field: Field, before: str) -> Token:
        """The word or quoted text that must follow."""
        token = self._take()
        if token.kind is Kind.KEYWORD:
            hint = f'write "{token.text}" in quotation marks where the word itself is meant'
            raise token.wrong(f"a value is missing after {before}", hint)
        if token.kind not in {Kind.WORD, Kind.QUOTED}:
            raise token.wrong(f"a value is missing after {before}", f"write it there, as in {value.LIKE[field]}")
        return token

    def _count(self, token: Token) -> None:
        self._values += 1
        if self._values > MOST:
            raise token.wrong(f"more than {MOST} values", "ask for fewer")

    def _take(self) -> Token:
        token = self.next
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token

    def _took(self, text: str) -> bool:
        """Whether the next token is this keyword or sign; then it is taken."""
        if self.next.text != text or self.next.kind not in {Kind.KEYWORD, Kind.SIGN}:
            return False
        self._at += 1
        return True
