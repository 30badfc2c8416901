"""A small issue of two languages, its config and a reader, for the tests of digests."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from builders import make_issue, make_story

from publisher import config
from publisher.config import Config, Newsletter
from publisher.content.article import Image, Topic
from publisher.digest.edition import Edition, MediaPicture, Wish
from publisher.digest.master import Studio
from publisher.digest.render import called, editions
from publisher.digest.segments import escaped
from publisher.digest.wire import Slots
from publisher.issues.issue import Issue, Story
from publisher.templates import Templates

SLOT = datetime(2025, 6, 30, 8, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
TEMPLATES = Templates(None)
ENERGY, CHIPS, FUNDING = Topic("energy", "Energy & Grid"), Topic("chips", "算力与芯片"), Topic("funding", "投融资")
TEXT = """
site: {{title: Tideline, url: "https://tideline.example", timezone: Asia/Shanghai,
  copyright: "© 2025 Tideline", postal_address: "3 Harbour Street\\nShanghai 200001"}}
topics: {{energy: {{title: Energy & Grid}}, chips: {{title: 算力与芯片}}, funding: {{title: 投融资}}}}
theme: {{logo: /images/logo.png, colour: "{colour}"}}
newsletters:
  weekly: {{title: 潮线 Weekly, from: "潮线 <news@tideline.example>", reply_to: desk@tideline.example, design: {design}, select: {{max: {most}}}}}
web: {{url: "https://news.tideline.example"}}
"""


def make_config(
    folder: Path, *, colour: str = "#1a56a8", most: int = 12, design: str = "cards", more: str = ""
) -> Config:
    file = folder / "config.yaml"
    file.write_text(TEXT.format(colour=colour, most=most, design=design) + more, encoding="utf-8")
    return config.load(file, {})


def weekly(made: Config) -> Newsletter:
    return made.newsletters["weekly"]


def picture(name: str, alt: str = "") -> Image:
    return Image(
        url=f"https://tideline.example/images/{name}.jpg", alt=alt, file=f"{name}.jpg", media_type="image/jpeg"
    )


def media(image: Image) -> MediaPicture | None:
    """Every local picture at its name."""
    return (
        MediaPicture(url=f"https://news.tideline.example/media/{image.file}", width=1200, height=675)
        if image.local
        else None
    )


def tideline(**changes: Any) -> Issue:
    """Four stories: one of each topic and one without."""
    stories = (
        make_story(
            "cranes", title="Cranes that charge <while> they wait", summary="Four terminals put batteries under their cranes & it worked.",
            topic=ENERGY, topics=(ENERGY, CHIPS), tags=("grid", "R&D <x>"), authors=("Mara Lind",), image=picture("cranes", "A crane"),
            published=SLOT - timedelta(hours=20), reading_minutes=6, language="en",
        ),
        make_story(
            "gold", title="算力淘金热：CoreWeave的财富神话与潜藏的系统性风险", summary="AI云计算服务商CoreWeave凭借其庞大的GPU算力，在AI浪潮中估值飙升，引发了对市场泡沫的深思。",
            topic=FUNDING, topics=(FUNDING, CHIPS), tags=("CoreWeave", "AI云计算", "英伟达"), image=picture("gold"),
            published=SLOT - timedelta(days=2), reading_minutes=7, language="zh-CN",
        ),
        make_story("fab", title="The quiet fab", summary="", topic=CHIPS, topics=(CHIPS,), tags=(), published=SLOT - timedelta(days=200)),
        make_story("letter", title="A letter", summary="From a reader.", topic=Topic("", ""), topics=(), tags=()),
    )  # fmt: skip
    values: dict[str, Any] = {
        "slot": SLOT,
        "subject": "潮线 Weekly: Cranes that charge <while> they wait",
        "preheader": "Cranes that charge · 算力淘金热",
        "own_subject": True,
        "own_preheader": True,
        "intro": "Good *morning*. [Write to us](/contact/).",
        "stories": stories,
    }
    return make_issue(**(values | changes))


def many(issue: Issue, times: int = 3) -> tuple[Story, ...]:
    """The issue's stories several times over, each a story of its own."""
    return tuple(
        replace(story, path=f"{turn}/{story.path}", guid=f"{turn}/{story.guid}", url=f"{story.url}{turn}/")
        for turn in range(times)
        for story in issue.stories
    )


SLOTS = Slots(
    to="reader+a&b@example.org",
    name="陈读者",
    unsubscribe="https://news.tideline.example/u/dG9rZW4.c2ln-_x",
    preferences="https://news.tideline.example/p/cHJlZnM.c2ln-_x",
    view="https://news.tideline.example/i/dmlldw.c2ln-_x",
    click="Y2xpY2s.c2ln-_x",
    message_id="<weekly-2025-06-30.0123456789abcdef@tideline.example>",
    date=SLOT,
)


def studio(made: Config, *, picture_of: Any = media, logo: MediaPicture | None = None) -> Studio:
    return Studio(newsletter=weekly(made), config=made, templates=TEMPLATES, media=picture_of, logo=logo)


def edition(
    made: Config, issue: Issue | None = None, *, picture_of: Any = media, logo: MediaPicture | None = None, **wish: Any
) -> Edition:
    (done,) = editions(issue or tideline(), [Wish(**wish)], studio(made, picture_of=picture_of, logo=logo)).values()
    return done


MINE = {
    "address": SLOTS.to,
    "unsubscribe": SLOTS.unsubscribe,
    "preferences": SLOTS.preferences,
    "view": SLOTS.view,
    "click": SLOTS.click,
}


def html(done: Edition) -> str:
    """The HTML as the sample's reader gets it."""
    return done.html().fill(MINE | called(done.sheet, SLOTS.name), escaped)


def text(done: Edition) -> str:
    """The text part as the sample's reader gets it."""
    return done.text().fill(MINE | called(done.sheet, SLOTS.name))
