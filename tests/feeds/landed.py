"""A site's feeds as their pages show them: names of every kind, many tags, a feed without entries."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from builders import AT

from publisher.config import Config, parse
from publisher.feeds import landing
from publisher.feeds.channel import channel_of
from publisher.feeds.feed import Card, Feed, Kind
from publisher.templates import Templates
from publisher.urls import slug

TITLE = "潮信 & <Tide>"
TITLES = (
    "把芯片画成城：一张图看懂先进封装",
    "R&D <update> “q” 🚀 & the rest of a rather long title that runs over two lines on a phone",
    "تقرير عن الموانئ والطاقة",
)
LONG = "A very long name that goes on until nobody reads it any more, Donaudampfschifffahrtsgesellschaftskapitän"
TOPICS = {"算力与芯片": 30, "R&D <x> \"q\" 'a'": 5, "الموانئ والطاقة": 2, LONG: 0}
"""Entries by name."""
TAGS = ("GPU", "C#", "AI/ML", "Q&A", "🚀", "开源", "ميناء")
MONTHS = ("2025-06", "2025-05", "2024-12")


def make_cards(number: int, gap: timedelta = timedelta(days=2)) -> tuple[Card, ...]:
    return tuple(
        Card(
            key=f"{i}.md",
            id=f"tag:tide.example.org,2025:{i}",
            title=TITLES[i % len(TITLES)],
            url=f"https://tide.example.org/posts/{i}/",
            published=AT - gap * i,
            updated=AT - gap * i,
            stamp="s",
        )
        for i in range(number)
    )


def make_site(
    root: Path, *, language: str = "en", letters: bool = True, formats: Sequence[str] = ("rss", "atom", "json")
) -> Config:
    text = (
        f'site: {{title: {json.dumps(TITLE)}, url: "https://tide.example.org", language: {language},'
        ' timezone: Asia/Shanghai, description: "Technology that <works>", copyright: © 2025,'
        ' postal_address: "3 Harbour Street\\nQuanzhou"}\n'
        f'web: {{url: "https://news.tide.example.org"}}\nfeeds: {{formats: {json.dumps(list(formats))}}}\n'
    )
    if letters:
        text += 'newsletters: {weekly: {title: 潮信周报, from: "T <n@tide.example.org>", schedules: {weekly: "mon 08:00"}}}\n'
    return parse(text.encode(), root / "config.yaml", {})


def make_feeds(config: Config, *, tags: int = 60) -> list[Feed]:
    channel = channel_of(config)
    feeds = [Feed(channel=channel, kind=Kind.ALL, members=make_cards(30), total=812, months=MONTHS)]
    feeds += [
        Feed(channel=channel, kind=Kind.TOPIC, key=slug(name), name=name, members=make_cards(count), total=count)
        for name, count in TOPICS.items()
    ]
    feeds.append(
        Feed(channel=channel, kind=Kind.EXTRA, key="calm", name="芯片，但不谈钱", members=make_cards(3), total=3)
    )
    if config.newsletters:
        cards = make_cards(20, timedelta(days=7))
        feeds.append(
            Feed(channel=channel, kind=Kind.NEWSLETTER, key="weekly", name="潮信周报", members=cards, total=20)
        )
    names = [*TAGS, *(f"tag {i}" if i % 3 else f"标签{i}号" for i in range(tags))]
    feeds += [
        Feed(channel=channel, kind=Kind.TAG, key=slug(name), name=name, members=make_cards(4), total=len(names) - i)
        for i, name in enumerate(names)
    ]
    return feeds


def write(root: Path, config: Config, feeds: Sequence[Feed], templates: Templates) -> None:
    """The pages in ``root``, and something of each feed's own address."""
    made = {page.path: page.body for page in landing.pages(config, feeds, templates)}
    made |= {feed.path(form): feed.id.encode() for feed in feeds for form in feed.channel.formats}
    for path, body in made.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)
