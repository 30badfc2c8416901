"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/). Pure."""

from __future__ import annotations

import html as markup
import json
from typing import Any

from publisher.feeds.feed import Entry, Frame, synopsis
from publisher.times import rfc3339

VERSION = "https://jsonfeed.org/version/1.1"


def item(entry: Entry, html: str) -> bytes:
    """One entry as its JSON object; ``html`` empty: the summary stands in its place (an item must have content)."""
    picture = entry.picture
    members: dict[str, Any] = {
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        "content_html": html or markup.escape(synopsis(entry, html), quote=False),
        "summary": synopsis(entry, html),
        "image": picture.url if picture else "",
        "date_published": rfc3339(entry.published),
        "date_modified": rfc3339(entry.updated),
        "authors": [{"name": name} for name in entry.authors],
        "tags": [category.label for category in entry.categories],
        "language": entry.language,
        "attachments": [],
    }
    if picture and picture.enclosable:
        members["attachments"] = [
            {"url": picture.url, "mime_type": picture.media_type, "size_in_bytes": picture.length}
        ]
    return _dump(members)


def frame(frame: Frame) -> tuple[bytes, bytes]:
    """What stands before and after the items, which are joined with ``,``."""
    channel = frame.channel
    members: dict[str, Any] = {
        "version": VERSION,
        "title": frame.title,
        "home_page_url": channel.home_url,
        "feed_url": frame.url,
        "description": frame.description,
        "language": channel.language,
        "authors": [{"name": channel.author}] if channel.author else [],
        "hubs": [{"type": "WebSub", "url": address} for relation, address in frame.links if relation == "hub"],
    }
    return _dump(members)[:-1] + b',"items":[', b"]}"


def _dump(members: dict[str, Any]) -> bytes:
    # Absent, not null or empty: some readers take an empty "image" for a relative URL.
    present = {key: value for key, value in members.items() if value not in ("", [])}
    return json.dumps(present, ensure_ascii=False, separators=(",", ":")).encode()
