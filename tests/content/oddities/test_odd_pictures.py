"""Pictures that are not where, what or how their article says: what feeds carry, and what ``check`` tells."""

from __future__ import annotations

import json
import zlib
from typing import Any, NamedTuple

import pytest
from content.oddities.odd import NOW, Site
from content.shelf import picture
from PIL import Image as Pillow

from publisher.content import images

JPEG, PNG, GIF, WEBP, AVIF = map(picture, ("JPEG", "PNG", "GIF", "WEBP", "AVIF"))
ANIMATED = picture("GIF", save_all=True, append_images=[Pillow.new("RGB", (8, 6), "red")])
HTML = b"<!DOCTYPE html><html><body>404 Not Found"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="8" height="6"/>'


class Case(NamedTuple):
    """The reference as a YAML value; files; the address in the feed; type where bytes are at hand; what is told."""

    reference: str
    files: dict[str, bytes]
    url: str
    type: str = ""
    told: str = ""


def missing(name: str) -> str:
    return f"warning: '{name}' is not there; put the file into the static folder or beside the article"


def lies(name: str) -> str:
    return f"warning: '{name}' is no picture, whatever its name says; replace it by a JPEG, PNG, GIF, WebP or AVIF"


AT = "https://example.org"
CASES = {
    # ---- where it is
    "in static": Case("/p/in.jpg", {"static/p/in.jpg": JPEG}, f"{AT}/p/in.jpg", "image/jpeg"),
    "without a slash": Case("p/noslash.jpg", {"static/p/noslash.jpg": JPEG}, f"{AT}/p/noslash.jpg", "image/jpeg"),
    "blanks, comma and brackets": Case("/p/a b, c (1).jpg", {"static/p/a b, c (1).jpg": JPEG}, f"{AT}/p/a%20b,%20c%20(1).jpg", "image/jpeg"),
    "encoded": Case("/p/d%20e.jpg", {"static/p/d e.jpg": JPEG}, f"{AT}/p/d%20e.jpg", "image/jpeg"),
    "Chinese name": Case("/p/图 片.jpg", {"static/p/图 片.jpg": JPEG}, f"{AT}/p/%E5%9B%BE%20%E7%89%87.jpg", "image/jpeg"),
    "line break within quotes": Case('"/p/nl.jpg\\n"', {"static/p/nl.jpg": JPEG}, f"{AT}/p/nl.jpg", "image/jpeg"),
    "a query": Case("/p/q.jpg?v=2", {"static/p/q.jpg": JPEG}, f"{AT}/p/q.jpg", "image/jpeg"),
    "own address": Case(f"{AT}/p/own.jpg", {"static/p/own.jpg": JPEG}, f"{AT}/p/own.jpg", "image/jpeg"),
    "in assets": Case("/p/asset.jpg", {"assets/p/asset.jpg": JPEG}, f"{AT}/p/asset.jpg", "image/jpeg"),
    "beside the bundle": Case("beside.jpg", {"content/NAME/beside.jpg": JPEG, "static/beside.jpg": PNG}, f"{AT}/NAME/beside.jpg", "image/jpeg"),
    "static before assets": Case("/p/both.jpg", {"static/p/both.jpg": JPEG, "assets/p/both.jpg": PNG}, f"{AT}/p/both.jpg", "image/jpeg"),
    "elsewhere": Case("https://cdn.example.net/a b.jpg", {}, "https://cdn.example.net/a%20b.jpg"),
    "elsewhere without a scheme": Case("//cdn.example.net/a.jpg", {}, "https://cdn.example.net/a.jpg"),
    # ---- what it is
    "PNG named .jpg": Case("/p/png.jpg", {"static/p/png.jpg": PNG}, f"{AT}/p/png.jpg", "image/png"),
    "WebP named .jpg": Case("/p/webp.jpg", {"static/p/webp.jpg": WEBP}, f"{AT}/p/webp.jpg", "image/webp"),
    "AVIF named .png": Case("/p/avif.png", {"static/p/avif.png": AVIF}, f"{AT}/p/avif.png", "image/avif"),
    "GIF": Case("/p/a.gif", {"static/p/a.gif": GIF}, f"{AT}/p/a.gif", "image/gif"),
    "animated GIF": Case("/p/moving.gif", {"static/p/moving.gif": ANIMATED}, f"{AT}/p/moving.gif", "image/gif"),
    "transparent": Case("/p/clear.png", {"static/p/clear.png": picture("PNG", mode="RGBA")}, f"{AT}/p/clear.png", "image/png"),
    "palette": Case("/p/palette.png", {"static/p/palette.png": picture("PNG", mode="P")}, f"{AT}/p/palette.png", "image/png"),
    "no suffix": Case("/p/bare", {"static/p/bare": JPEG}, f"{AT}/p/bare", "image/jpeg"),
    "HTML named .jpg": Case("/p/html.jpg", {"static/p/html.jpg": HTML}, f"{AT}/p/html.jpg", "", lies("/p/html.jpg")),
    "JSON named .jpg": Case("/p/json.jpg", {"static/p/json.jpg": b'{"error": 404}'}, f"{AT}/p/json.jpg", "", lies("/p/json.jpg")),
    "SVG named .jpg": Case("/p/svg.jpg", {"static/p/svg.jpg": SVG}, f"{AT}/p/svg.jpg", "", lies("/p/svg.jpg")),
    "SVG": Case("/p/a.svg", {"static/p/a.svg": SVG}, f"{AT}/p/a.svg", "", lies("/p/a.svg")),
    "empty": Case("/p/empty.jpg", {"static/p/empty.jpg": b""}, f"{AT}/p/empty.jpg", "", lies("/p/empty.jpg")),
    # ---- what it is not
    "missing": Case("/p/none.jpg", {}, f"{AT}/p/none.jpg", "", missing("/p/none.jpg")),
    "missing, without a slash": Case("images/default (1).png", {}, f"{AT}/images/default%20(1).png", "", missing("images/default (1).png")),
    "a folder": Case("/p/", {}, f"{AT}/p/", "", missing("/p/")),
    "out of the folders": Case("/../config.yaml", {}, f"{AT}/config.yaml", "", missing("/../config.yaml")),
    "data": Case("data:image/png;base64,AA", {}, "", "", "warning: 'data:image/png;base64,AA' is no http address; write a path such as /images/a.jpg"),
}  # fmt: skip
NAMES = {title: f"p{number:02}" for number, title in enumerate(CASES)}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Any:
    made = Site(tmp_path_factory.mktemp("pictures"))
    for title, case in CASES.items():
        name = NAMES[title]
        for path, data in case.files.items():
            made.put(path.replace("NAME", name), data)
        made.write(
            f"{name}/index.md",
            f"---\ntitle: {name}\ndate: 2025-06-30\nsummary: S\nimage: {case.reference}\n---\nText.\n",
        )
    made.put("static/p/.keep", "")
    made.entries, made.items, made.lines = made.build(), made.rss(), made.told()
    return made


@pytest.mark.parametrize("title", CASES)
def test_the_json_feed(site: Any, title: str):
    name, case = NAMES[title], CASES[title]
    entry = site.entries[f"{name}/index.md"]
    url = case.url.replace("NAME", name)
    assert entry.get("image", "") == url
    size = len(next(iter(case.files.values()))) if case.type else 0
    files = [{"url": url, "mime_type": case.type, "size_in_bytes": size}] if case.type else []
    assert entry.get("attachments", []) == files


@pytest.mark.parametrize("title", CASES)
def test_rss_encloses_only_what_is_at_hand(site: Any, title: str):
    """An enclosure's type and length are those of the bytes; what is elsewhere or missing has none rather than a false one."""
    name, case = NAMES[title], CASES[title]
    found = [dict(each.attrib) for each in site.items[name].iter("enclosure")]
    size = str(len(next(iter(case.files.values())))) if case.type else ""
    url = case.url.replace("NAME", name)
    assert found == ([{"url": url, "length": size, "type": case.type}] if case.type else [])
    media = [dict(each.attrib) for each in site.items[name].iter("{http://search.yahoo.com/mrss/}content")]
    assert [(each["url"], each.get("width"), each.get("height")) for each in media if case.type] == (
        [(url, "8", "6")] if case.type else []
    )


@pytest.mark.parametrize("title", ["elsewhere", "elsewhere without a scheme"])
def test_rss_shows_a_picture_that_is_elsewhere_and_claims_nothing_of_its_bytes(site: Any, title: str):
    (media,) = site.items[NAMES[title]].iter("{http://search.yahoo.com/mrss/}content")
    assert media.get("url") == CASES[title].url
    assert media.get("fileSize") is None


@pytest.mark.parametrize("title", CASES)
def test_check_tells_it_with_the_line_of_its_key(site: Any, title: str):
    path = f"{NAMES[title]}/index.md"
    told = CASES[title].told
    assert [line for line in site.lines if line.startswith(path)] == ([f"{path}:5: {told}"] if told else [])


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ("featured_image: /none.jpg", 4),
        ("a: b\nimage: /none.jpg", 5),
        ("cover:\n  alt: A\n  image: /none.jpg", 6),
        ("images:\n- /none.jpg\n- /more.jpg", 4),
        ("hero: /none.jpg", 4),
    ],
)
def test_the_line_of_the_key_wherever_it_stands(tmp_path, rows: str, line: int):
    site = Site(tmp_path)
    site.write("one.md", f"---\ntitle: One\ndate: 2025-06-30\n{rows}\n---\nText.\n")
    assert site.told() == [f"one.md:{line}: {missing('/none.jpg')}"]


def test_the_line_of_the_key_in_toml_and_json(tmp_path):
    site = Site(tmp_path)
    site.write("one.md", '+++\ntitle = "One"\ndate = 2025-06-30\n\n[extra]\nimage = "/none.jpg"\n+++\nText.\n')
    site.write("two.md", '{\n"title": "Two",\n"date": "2025-06-30",\n"image": "/none.jpg"\n}\nText.\n')
    assert site.told() == [f"one.md:6: {missing('/none.jpg')}", f"two.md:4: {missing('/none.jpg')}"]


def test_a_picture_cut_short_and_one_that_is_too_large(tmp_path):
    site = Site(tmp_path)
    for name, data in {"cut": PNG[:20], "huge": huge()}.items():
        site.put(f"static/{name}.png", data)
        site.write(f"{name}.md", f"---\ntitle: {name}\ndate: 2025-06-30\nimage: /{name}.png\n---\nText.\n")
    cut, large = site.told()
    assert cut.startswith("cut.md:4: warning: '/cut.png' cannot be read (")
    assert cut.endswith("); replace it")
    assert str(tmp_path) not in cut
    assert large == "huge.md:4: warning: '/huge.png' has 20000 x 20000 pixels; make it smaller"


def huge() -> bytes:
    """The head of a PNG that unpacks to 1.2 GB."""
    small = bytearray(picture("PNG"))
    small[16:24] = (20_000).to_bytes(4, "big") * 2
    small[29:33] = zlib.crc32(small[12:29]).to_bytes(4, "big")
    return bytes(small)


@pytest.mark.parametrize(
    ("name", "featured"),
    [("images/default (1).png", False), ("/images/default.png", False), ("/x/ai-report-default.png", False), ("/p/own.png", True)],
)  # fmt: skip
def test_a_placeholder_makes_no_article_featured(tmp_path, name: str, featured: bool):
    site = Site(
        tmp_path, "featured: {any: [{image: true, not_image: ['images/default*', '*/ai-report-default.png']}]}\n"
    )
    site.put(f"static/{name.lstrip('/')}", PNG)
    site.write("one.md", f"---\ntitle: One\ndate: 2025-06-30\nimage: {name}\n---\nText.\n")
    assert site.articles()["one.md"]["featured"] is featured


@pytest.mark.parametrize(
    ("data", "size"),
    [
        pytest.param(picture("JPEG", (2400, 1200)), (1200, 600), id="JPEG"),
        pytest.param(picture("WEBP", (2400, 1200)), (1200, 600), id="WebP, which Outlook does not show"),
        pytest.param(picture("PNG", (600, 400), "RGBA"), (600, 400), id="transparent and small"),
        pytest.param(picture("PNG", (1300, 650), "P"), (1200, 600), id="palette"),
        pytest.param(ANIMATED, (8, 6), id="animated"),
    ],
)
def test_mail_gets_a_jpeg_of_at_most_1200(tmp_path, data: bytes, size: tuple[int, int]):
    file = tmp_path / "a.jpg"
    file.write_bytes(data)
    made = images.thumbnail(file, tmp_path / "media")
    assert (made.width, made.height) == size
    with Pillow.open(tmp_path / "media" / made.name) as opened:
        assert (opened.format, opened.mode, opened.size) == ("JPEG", "RGB", size)


def test_a_picture_that_comes_later_needs_no_change_of_the_article(tmp_path):
    site = Site(tmp_path)
    site.write("one.md", "---\ntitle: One\ndate: 2025-06-30\nimage: /late.jpg\n---\nText.\n")
    assert site.told() == [f"one.md:4: {missing('/late.jpg')}"]
    site.put("static/late.jpg", JPEG)
    assert site.told() == []
    assert site.build()["one.md"]["attachments"][0]["size_in_bytes"] == len(JPEG)
    (tmp_path / "static/late.jpg").unlink()
    assert site.told() == [f"one.md:4: {missing('/late.jpg')}"]
    assert "attachments" not in site.build()["one.md"]
    assert json.loads(site.run("build", "--json", now=NOW))["warnings"] == 1
