"""Reads the forms of our pages: what a browser sends, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

URLENCODED = "application/x-www-form-urlencoded"
_MOST_FIELDS = 1000


def kind(request: Request) -> str:
    """The media type of the request's body, in lower case and without parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def fields(request: Request, body: bytes) -> list[tuple[str, str]]:
    """The names and values in their order. Raises ``HTTPException`` for what is no form of ours."""
    if kind(request) != URLENCODED:
        raise HTTPException(415)
    try:
        return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise HTTPException(400) from error


def single(found: Iterable[tuple[str, str]], *several: str) -> dict[str, str]:
    """The fields by name but for ``several``. Raises ``HTTPException`` where one stands twice, as no browser does."""
    values: dict[str, str] = {}
    for name, value in found:
        if name in values:
            raise HTTPException(400)
        if name not in several:
            values[name] = value
    return values


def visitor(request: Request) -> str:
    """The address that the request came from, as far as it is known."""
    return request.client.host if request.client else ""
