"""Writes a folder of made-up articles of real size for benchmarks: Hugo's layout, Chinese and English, no real text.

Sizes, shares and shapes are those of a news site of 10 000 articles: bodies of 2 to 10 kB, a lead quote, bold next to
CJK punctuation, footnotes whose definitions hold links, tags by Zipf's law, pictures with spaces and commas in their
names. Equal arguments give equal bytes.
"""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import accumulate
from pathlib import Path

LAST = datetime(2025, 6, 30, 7, 30, tzinfo=timezone(timedelta(hours=8)))
"""No article is younger."""
DAYS = 3 * 365
"""The articles are spread evenly over these."""
TAGS, PICTURES = 600, 12

TOPICS = (
    *("港口与航运", "近海养殖", "海岸防护", "潮汐能", "灯塔与航标", "盐田与湿地", "气象观测", "船坞工艺", "渔村生活"),
    *("航海史", "海水淡化", "水下考古", "岛屿医疗", "海洋法", "渡轮与公交", "珊瑚修复", "冷链与市集", "风与帆"),
    *("Harbour Finance", "Open Charts", "Sensors Afloat", "Tidal Schools", "Repair Culture", "Night Shipping"),
)
_TAG_STEMS = (
    *("潮位", "浮标", "缆绳", "船厂", "海堤", "渔汛", "盐度", "航道", "泊位", "罗盘", "灯语", "海图", "滩涂", "舢板"),
    *("贝类", "风速", "雾号", "码头", "水文", "防波堤", "tide", "buoy", "quay", "hull", "chart", "salt", "ferry"),
    *("beacon", "dredger", "mooring"),
)
_TAG_ENDS = (
    *("", "数据", "维修", "日志", "调查", "小史", "预算", "教学", "夜班", "合作社", "图集", "安全", "标准", "2024"),
    *("2025", " log", " lab", " atlas", " repair", " budget"),
)

_ZH_WHO = ("船厂", "港务所", "合作社", "值班员", "测量队", "老船长", "镇上的学校", "轮机工", "观测站", "渡口的居民")
_ZH_WHEN = ("上周三", "退潮以后", "台风过境前", "入冬以来", "凌晨四点", "汛期的最后一天", "去年秋天", "一个雾天")
_ZH_WHAT = ("十一座浮标", "一段旧海堤", "整本潮汐表", "三条渡轮航线", "废弃的盐仓", "码头的照明", "水下的电缆", "冷库")
_ZH_DID = ("重新量了一遍", "拆开又装了回去", "画成了一张长图", "交给邻镇试用", "写进了公开的账本", "停用了整整两个月")
_ZH_WHY = (
    *("因为旧的数字对不上", "为了让夜班的人少走一段路", "原因是上一次的记录被水泡坏了", "只因有人多问了一句"),
    *("图的是出事时能有人说得清", "这样每条船都能自己算出余量"),
)
_ZH_FRAMES = (
    "{when}，{who}把{what}{did}，{why}。",
    "{who}说，{what}本来不在计划里，{why}，才{did}。",
    "如果只看结果，{what}不过是{did}；可在{who}眼里，那是{when}最要紧的一件事。",
    "没有人催促，{who}还是赶在{when}把{what}{did}。",
    "{why}，所以{what}要先让{who}看过，再由别人{did}。",
    "记录上写得很短：{when}，{what}，{did}，签字的是{who}。",
)
_ZH_BOLD = (
    "账要当面算清（尤其是小数点以后）",
    "先量水，再量船。",
    "“谁值班，谁记录”",
    "多出来的两厘米，不是误差",
    "慢一点！",
)
_ZH_TITLES = (
    "{who}为什么把{what}{did}",
    "{when}的{what}",
    "{what}：{who}的一份账",
    "{who}与{what}之间",
    "把{what}{did}之后",
)
_ZH_HEADS = ("从一次涨潮说起", "账本里的空行", "没有写进图纸的尺寸", "夜班与白班", "下一个汛期", "谁来保管钥匙")

_EN_WHO = ("the harbour office", "a crew of five", "the night watch", "the chart makers", "a retired pilot", "the yard")
_EN_WHEN = ("last Wednesday", "at the lowest tide", "before the storm", "since the winter", "on a day of fog")
_EN_WHAT = (
    "eleven buoys",
    "the old sea wall",
    "the tide tables",
    "two ferry routes",
    "the salt barn",
    "the pier lights",
)
_EN_DID = (
    "measured again",
    "taken apart and put back",
    "drawn as one long map",
    "lent to the next town",
    "shut for a month",
)
_EN_WHY = (
    *("because the old figures did not agree", "so that nobody has to walk the wall at night"),
    *("for want of a better reason than a careful question", "to let every boat work out its own margin"),
)
_EN_FRAMES = (
    "It was {when} that {what} had to be {did}, {why}, and {who} kept the record.",
    "Ask {who} and the answer is plain: {what} were {did} {why}.",
    "Nothing in the plan spoke of {what}; {who} had them {did} all the same, {why}.",
    "By the book it takes two people to have {what} {did}, but {when} there was only one.",
    "What counts for {who} is not that {what} were {did}, it is that someone wrote it down {when}.",
)
_EN_BOLD = ("the water first, the boat second", "two centimetres are no error", "who watches, writes", "slow is fine")
_EN_TITLES = ("Why {who} had {what} {did}", "{what}, {when}", "What {who} learned from {what}", "Notes on {what} {did}")
_EN_HEADS = ("It began with a spring tide", "Blank lines in the ledger", "The night shift", "Who keeps the key")


@dataclass(frozen=True)
class _Tongue:
    """The words of one language."""

    code: str
    slots: dict[str, Sequence[str]]
    frames: Sequence[str]
    bold: Sequence[str]
    titles: Sequence[str]
    heads: Sequence[str]
    join: str


_ZH = _Tongue(
    "zh-CN",
    {"who": _ZH_WHO, "when": _ZH_WHEN, "what": _ZH_WHAT, "did": _ZH_DID, "why": _ZH_WHY},
    *(_ZH_FRAMES, _ZH_BOLD, _ZH_TITLES, _ZH_HEADS, ""),
)
_EN = _Tongue(
    "en",
    {"who": _EN_WHO, "when": _EN_WHEN, "what": _EN_WHAT, "did": _EN_DID, "why": _EN_WHY},
    *(_EN_FRAMES, _EN_BOLD, _EN_TITLES, _EN_HEADS, " "),
)


@dataclass(frozen=True)
class Sample:
    """One made-up article."""

    path: str
    """Place under the content folder."""
    title: str
    published: datetime
    topics: tuple[str, ...]
    tags: tuple[str, ...]
    image: str
    text: str
    """The whole file."""


def write(folder: Path, count: int, seed: int = 7, *, pictures: bool = True) -> None:
    """Writes ``content/`` and ``static/`` below the folder, and a ``config.yaml`` that names every topic."""
    for sample in samples(count, seed, pictures=pictures):
        file = folder / "content" / sample.path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(sample.text.encode())
    if pictures:
        images = folder / "static" / "newsimages"
        images.mkdir(parents=True, exist_ok=True)
        for number in range(PICTURES):
            (images / _picture_name(number)).write_bytes(_picture(number))
    (folder / "config.yaml").write_text(_config(), encoding="utf-8")


def samples(count: int, seed: int = 7, *, pictures: bool = True, bodies: bool = True) -> Iterator[Sample]:
    """The articles one by one, newest first; without ``bodies`` they are others, and their texts are empty."""
    chance = random.Random(seed)
    tags = [stem + end for stem in _TAG_STEMS for end in _TAG_ENDS][:TAGS]
    chance.shuffle(tags)
    weights = list(accumulate(1 / rank for rank in range(1, TAGS + 1)))
    for number in range(count):
        tongue = _ZH if chance.random() < 0.6 else _EN
        published = LAST - timedelta(days=DAYS * number / count, seconds=chance.randrange(3600))
        yield _sample(
            number,
            tongue,
            chance,
            published=published.replace(microsecond=0),
            topics=tuple(chance.sample(TOPICS, chance.choice((1, 1, 2, 2, 3)))),
            tags=tuple(dict.fromkeys(chance.choices(tags, cum_weights=weights, k=chance.randint(3, 6)))),
            image=f"/newsimages/{_picture_name(chance.randrange(PICTURES))}"
            if pictures and chance.random() < 0.75
            else "",
            bodies=bodies,
        )


def _sample(
    number: int,
    tongue: _Tongue,
    chance: random.Random,
    *,
    published: datetime,
    topics: tuple[str, ...],
    tags: tuple[str, ...],
    image: str,
    bodies: bool,
) -> Sample:
    title = _filled(chance.choice(tongue.titles), tongue, chance) + f" {number % 997}"
    title = title[:1].upper() + title[1:]
    text = _text(title, tongue, chance, published=published, topics=topics, tags=tags, image=image) if bodies else ""
    return Sample(
        path=f"posts/{published:%Y/%m}/{published:%d}-{number:06}.md",
        title=title,
        published=published,
        topics=topics,
        tags=tags,
        image=image,
        text=text,
    )


def _text(
    title: str,
    tongue: _Tongue,
    chance: random.Random,
    *,
    published: datetime,
    topics: tuple[str, ...],
    tags: tuple[str, ...],
    image: str,
) -> str:
    lead = _sentences(tongue, chance, 2)
    rows = [
        f'title: "{title}"',
        f"date: {published.isoformat()}",
        "draft: false",
        *([f'featured_image: "{image}"'] if image else []),
        f'summary: "{_sentences(tongue, chance, 2)}"',
        "tags:",
        *(f"  - {tag}" for tag in tags),
        "main_topics:",
        *(f"  - {topic}" for topic in topics),
    ]
    body = _body(lead, tongue, chance, size=chance.randint(1600, 7600))
    return "\n".join(["---", *rows, "---", "", body, ""])


def _filled(frame: str, tongue: _Tongue, chance: random.Random) -> str:
    return frame.format_map({name: chance.choice(words) for name, words in tongue.slots.items()})


def _sentences(tongue: _Tongue, chance: random.Random, count: int) -> str:
    made = (_filled(chance.choice(tongue.frames), tongue, chance) for _ in range(count))
    return tongue.join.join(text[:1].upper() + text[1:] for text in made)


def _body(lead: str, tongue: _Tongue, chance: random.Random, *, size: int) -> str:
    """Blocks until there are ``size`` bytes, then the definitions of the footnotes that they refer to."""
    blocks = [f"> {lead}"]
    notes = 0
    length = 0
    while length < size:
        block, notes = chance.choices(_BLOCKS, weights=_SHARES)[0](tongue, chance, notes)
        blocks.append(block)
        length += len(block.encode())
    blocks += [
        f"[^{note}]: {_sentences(tongue, chance, 1)} [{tongue.slots['what'][note % 5]}]"
        f"(https://notes.example.net/{tongue.code}/{note}?from=harbour&page={chance.randrange(90)})"
        for note in range(1, notes + 1)
    ]
    return "\n\n".join(blocks)


_Block = tuple[str, int]


def _paragraph(tongue: _Tongue, chance: random.Random, notes: int) -> _Block:
    parts = [_sentences(tongue, chance, chance.randint(1, 3))]
    if chance.random() < 0.5:
        parts.append(f"**{chance.choice(tongue.bold)}**{_sentences(tongue, chance, 1)}")
    if chance.random() < 0.25:
        parts.append(f"[{chance.choice(tongue.slots['what'])}](../{chance.randrange(900)}/)")
    if chance.random() < 0.35:
        notes += 1
        parts.append(f"{_sentences(tongue, chance, 1)}[^{notes}]")
    return tongue.join.join(parts), notes


def _heading(tongue: _Tongue, chance: random.Random, notes: int) -> _Block:
    return f"{'#' * chance.choice((2, 3, 3))} {chance.choice(tongue.heads)}", notes


def _list(tongue: _Tongue, chance: random.Random, notes: int) -> _Block:
    mark = chance.choice(("- ", "- ", "1. ", "- [ ] "))
    rows = (f"{mark}{_sentences(tongue, chance, 1)}" for _ in range(chance.randint(3, 6)))
    return "\n".join(rows), notes


def _table(tongue: _Tongue, chance: random.Random, notes: int) -> _Block:
    rows = [
        f"| {chance.choice(tongue.slots['what'])} | {chance.choice(tongue.slots['who'])} | {chance.randrange(9000)} |"
        for _ in range(chance.randint(4, 9))
    ]
    return "\n".join([rows[0], "| --- | :---: | ---: |", *rows[1:]]), notes


def _image(tongue: _Tongue, chance: random.Random, notes: int) -> _Block:
    return f"![{chance.choice(tongue.slots['what'])}](/newsimages/{_picture_name(chance.randrange(PICTURES))})", notes


def _code(tongue: _Tongue, chance: random.Random, notes: int) -> _Block:
    lines = (f"level[{hour}] = {chance.randrange(500)} / 100  # {tongue.code}" for hour in range(chance.randint(4, 12)))
    return "\n".join(["```python", *lines, "print(max(level))", "```"]), notes


_BLOCKS: tuple[Callable[[_Tongue, random.Random, int], _Block], ...]
_BLOCKS = (_paragraph, _heading, _list, _table, _image, _code)
_SHARES = (60, 15, 10, 3, 5, 4)


def _picture_name(number: int) -> str:
    return f"tide mark, pier {number}.png"


def _picture(number: int) -> bytes:
    """A PNG of one colour, 96 x 54, no two the same; its pixels are stored, so that no library decides its bytes."""
    width, height = 96, 54
    row = b"\0" + bytes((20 * number, 90, 120)) * width
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(row * height, 0)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def _config() -> str:
    topics = "".join(f'  t{number:02}: {{title: "{topic}"}}\n' for number, topic in enumerate(TOPICS))
    return (
        "site: {title: Tide marks, url: 'https://tides.example.org', language: zh-CN, timezone: Asia/Shanghai}\n"
        f"topics:\n{topics}"
    )
