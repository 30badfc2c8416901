"""A small site on disk with a clock that stands still, for tests of what the desk and the schedule do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from publisher.app import App
from publisher.config import load
from publisher.content.scan import scan
from publisher.templates import shipped
from subscribers import store as readers

AT = datetime(2025, 6, 30, 8, 0, tzinfo=UTC)
"""A Monday, and the weekly's slot."""
TEXT = """
site: {title: Tideline, url: "https://tideline.example", timezone: UTC, postal_address: "3 Harbour Street"}
newsletters:
  weekly: {title: Weekly, from: "Tideline <news@tideline.example>", schedules: {%(schedules)s}%(more)s}
%(others)sweb: {url: "https://news.tideline.example"}
"""


class Clock:
    """Stands still until it is set."""

    shift = timedelta()

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


@contextmanager
def site(
    folder: Path,
    *,
    at: datetime = AT,
    schedules: str = 'weekly: "mon 08:00"',
    more: str = "",
    others: str = "",
    readers: int = 1,
) -> Iterator[App]:
    """The site in ``folder``; ``more`` are keys of its weekly, ``others`` are further newsletters."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "content").mkdir(exist_ok=True)
    file = folder / "config.yaml"
    text = TEXT % {"schedules": schedules, "more": more and f", {more}", "others": others}
    file.write_text(text, encoding="utf-8")
    app = App(config=load(file, {}), clock=Clock(at))  # type: ignore[arg-type] # as much of a clock as is asked for
    join(app, readers)
    try:
        yield app
    finally:
        app.close()


def join(app: App, count: int, *, schedule: str = "") -> None:
    """So many active readers more."""
    with app.database.write() as connection:
        for number in range(count):
            readers.add(
                connection,
                address=f"r{number}{schedule}@example.org",
                schedule=schedule,
                now=app.clock.now(),
                how="test",
                consent_text="yes",
                confirmed=True,
                mac=str,
            )


def write(
    app: App,
    name: str,
    *,
    head: str = "",
    date: datetime | None = None,
    title: str = "",
    body: str = "",
    seen: bool = True,
) -> None:
    """An article ``posts/<name>.md``, published an hour ago if not said otherwise, and ``seen`` by the index.

    What the first look sees counts from its date, what comes later from that look.
    """
    day = (date or app.clock.now() - timedelta(hours=1)).isoformat()
    file = app.config.content.path / "posts" / f"{name}.md"
    file.parent.mkdir(parents=True, exist_ok=True)
    named = title or f"{name.title()} {abs(hash_of(name))}"
    text = body or f"What {name} is about."
    file.write_text(f"---\ntitle: '{named}'\ndate: {day}\n{head}\n---\n\n{text}\n", encoding="utf-8")
    if seen:
        look(app)


def hash_of(name: str) -> int:
    """A number that makes titles unlike."""
    return int.from_bytes(name.encode() * 3, "big") % 10**12


def look(app: App) -> None:
    """The index, up to date with the folder."""
    scan(app.config, app.database, app.clock.now(), full=True)


def move(app: App, at: datetime) -> None:
    """Sets the clock."""
    app.clock.at = at  # type: ignore[attr-defined] # the one above


def break_templates(app: App) -> None:
    """Gives the site digest templates of its own that no designer finished."""
    folder = app.config.templates / "digest"
    folder.mkdir(parents=True)
    for source in (shipped() / "digest").iterdir():
        if source.is_file():
            (folder / source.name).write_text("{% if %}", encoding="utf-8")
