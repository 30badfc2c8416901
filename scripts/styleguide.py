"""Makes the pictures of the docs anew: the sample site's digest as a browser draws it, in every design and colour.

    python scripts/styleguide.py

Needs what `make system` installs (Chromium, the Noto fonts); asks no other machine for anything. The golden screenshots
of the tests are taken by the same hands.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from operator import sub
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from PIL import Image, ImageDraw, ImageFilter, ImageFont

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserType, Route

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
NOW = "2025-06-29T12:00:00+08:00"
ISSUE = "weekly-2025-06-30"
ADDRESS = "http://digest.localhost/"
LOGO = "/images/tideline-logo.png"
READERS = ("email,", "li.mingyuan@", "hanna.vester@")
"""The lines of readers.csv that a site keeps: the head, and a reader of all topics in each language."""
WIDE_LETTER = "’"
"""Noto Sans CJK draws it as wide as a Han letter, and the pictures have no other font for Latin letters."""
FLAGS = (
    "--no-sandbox",  # containers run as root
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--font-render-hinting=none",
    "--force-color-profile=srgb",
)
# Only these fonts, whatever else a machine has, and letters drawn as their designer did: the same pixels everywhere.
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
<dir>/usr/share/fonts</dir>
<selectfont>
<acceptfont><glob>*/NotoSansCJK-Regular.*</glob><glob>*/NotoSansCJK-Bold.*</glob><glob>*/NotoColorEmoji.*</glob></acceptfont>
<rejectfont><glob>*.*</glob></rejectfont>
</selectfont>
<match target="pattern">
<edit name="antialias" mode="assign"><bool>true</bool></edit>
<edit name="hintstyle" mode="assign"><const>hintnone</const></edit>
<edit name="rgba" mode="assign"><const>none</const></edit>
</match>
<cachedir>{cache}</cachedir>
</fontconfig>
"""
BACKGROUND, SHADOW = (216, 222, 228), (40, 52, 66)
GAP = 30
TWINS = 8
"""Levels between two colours that count as one."""
ZH, EN = "zh-CN", "en"
COLOURS = ("#0f5f6e", "#1a56a8", "#7a3db8", "#c2410c", "#b3134e", "#f2c200")
GUIDE = ROOT / "docs" / "style-guide.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a digest is looked at."""

    width: int = 720
    """Of the window, in CSS pixels."""
    phone: bool = False
    dark: bool = False
    pictures: bool = True
    scale: int = 1
    """Pixels of the picture for each of CSS."""
    inverted: str = ""
    """What a program does that heeds nothing of the mail's head: ``partly``: it darkens what is light; ``wholly``: it
    turns every colour over. Both only nearly."""


DESKTOP, PHONE, DARK = Look(), Look(width=390, phone=True), Look(dark=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A copy of the sample site whose issue was drafted."""

    root: Path
    most: int
    """Stories an edition."""
    per_topic: int

    def configure(self, *, design: str = "cards", logo: str = LOGO, colour: str = "#0f5f6e", width: int = 600) -> None:
        """Writes config.yaml anew: the repository's own, but for these."""
        text = (ROOT / "config.yaml").read_text(encoding="utf-8")
        changes = {
            "select: {topics: all, max: 12, per_topic: 3}": f"design: {design}\n"
            f"    select: {{topics: all, max: {self.most}, per_topic: {self.per_topic}}}",
            f"  logo: {LOGO}\n": f'  logo: "{logo}"\n',
            '  colour: "#0f5f6e"': f'  width: {width}\n  colour: "{colour}"',
        }
        for old, new in changes.items():
            if text.count(old) != 1:
                sys.exit(f"config.yaml does not say {old!r} once; write here what it says")
            text = text.replace(old, new)
        (self.root / "config.yaml").write_text(text, encoding="utf-8")

    def replace(self, template: str, source: str) -> None:
        """Puts a template of the site's own before the shipped one."""
        file = self.root / "templates" / template
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(source, encoding="utf-8")

    def command(self, *words: str) -> None:
        """Runs a command of the program; what it says is shown only where it fails."""
        from publisher.cli.main import run

        said = io.StringIO()
        with redirect_stdout(said), redirect_stderr(said):
            code = run(["-c", str(self.root / "config.yaml"), "--now", NOW, *words])
        if code:
            sys.exit(f"publisher {' '.join(words)} ended with {code}:\n{said.getvalue()}")

    def digests(self) -> Mapping[str, str]:
        """The HTML of the issue's editions as they are mailed, by the reader's language."""
        folder = self.root / "preview"
        self.command("issue", "preview", ISSUE, "--to", str(folder))
        return {
            language: (folder / f"all.{language}.html" / "digest.html").read_text(encoding="utf-8")
            for language in ("zh-CN", "en")
        }

    @property
    def media(self) -> Path:
        """The pictures that mails show."""
        return self.root / "public" / "media"


def copy_site(root: Path, *, most: int, per_topic: int) -> Site:
    """The sample site in a folder of its own, with an issue drafted."""
    site = Site(root=root, most=most, per_topic=per_topic)
    for name in ("content", "static"):
        shutil.copytree(ROOT / name, root / name)
    for article in (root / "content").rglob("*.md"):
        if WIDE_LETTER in _head(article.read_text(encoding="utf-8")):
            article.unlink()
    lines = (ROOT / "readers.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (root / "readers.csv").write_text("".join(line for line in lines if line.startswith(READERS)), encoding="utf-8")
    site.configure()
    site.command("subscribers", "import", str(root / "readers.csv"), "--apply")
    site.command("issue", "draft", "weekly")
    return site


def _head(article: str) -> str:
    """The front matter: what a digest may show of an article."""
    return re.split(r"(?m)^(?:---|\+\+\+)[ \t]*$", article, maxsplit=2)[1]


def launch(chromium: BrowserType, folder: Path) -> Browser:
    """A browser that knows the Noto fonts alone; ``folder`` is for what it needs to know them."""
    fonts = folder / "fonts.conf"
    fonts.write_text(FONTS.format(cache=escape(str(folder / "fonts"))), encoding="utf-8")
    return chromium.launch(
        executable_path=shutil.which("chromium"), args=list(FLAGS), env={**os.environ, "FONTCONFIG_FILE": str(fonts)}
    )


def shoot(browser: Browser, html: str, media: Path, look: Look) -> Image.Image:
    """The whole page as a picture. Only pictures of ``media`` are there: everything else is refused."""
    context = browser.new_context(
        viewport={"width": look.width, "height": 900},
        is_mobile=look.phone,
        has_touch=look.phone,
        device_scale_factor=look.scale,
        color_scheme="dark" if look.dark else "light",
        java_script_enabled=False,
    )

    def answer(route: Route) -> None:
        file = media / route.request.url.rpartition("/")[2]
        if route.request.url == ADDRESS:
            route.fulfill(body=_foreign(html, look.inverted), content_type="text/html; charset=utf-8")
        elif look.pictures and "/media/" in route.request.url and file.is_file():
            route.fulfill(body=file.read_bytes())
        else:
            route.abort()

    context.route("**/*", answer)
    page = context.new_page()
    if look.inverted == "partly":
        context.new_cdp_session(page).send("Emulation.setAutoDarkModeOverride", {"enabled": True})
    page.goto(ADDRESS)
    shot = page.screenshot(full_page=True)
    context.close()
    return Image.open(io.BytesIO(shot)).convert("RGB")


def _foreign(html: str, inverted: str) -> str:
    """The mail as a program leaves it that keeps nothing of its head; as it is for one that does not invert."""
    if not inverted:
        return html
    bare = re.sub(r'<style.*?</style>|<meta name="(?:supported-)?color-schemes?"[^>]*>', "", html, flags=re.DOTALL)
    turned = "html,img{filter:invert(1) hue-rotate(180deg)}html{background:#fff}"
    return bare.replace("</head>", f"<style>{turned}</style></head>") if inverted == "wholly" else bare


# ---- putting pictures together


def cut(image: Image.Image, width: int, height: int) -> Image.Image:
    """The top of the picture, so many pixels wide and at most so many high."""
    scaled = image.resize((width, round(image.height * width / image.width)), Image.Resampling.LANCZOS)
    return scaled.crop((0, 0, width, min(height, scaled.height)))


def beside(pictures: Sequence[Image.Image], *, gap: int = GAP, radius: int = 14) -> Image.Image:
    """The pictures in a row on one ground, each a sheet with round corners and a shadow, their middles level."""
    width, height = sum(each.width + gap for each in pictures) + gap, max(each.height for each in pictures) + 2 * gap
    ground = Image.new("RGB", (width, height), BACKGROUND)
    left = gap
    for each in pictures:
        shadow, sheet = Image.new("L", ground.size, 0), Image.new("L", each.size, 0)
        top = (height - each.height) // 2
        below = (left, top + 4, left + each.width, top + each.height + 4)
        ImageDraw.Draw(shadow).rounded_rectangle(below, radius, fill=50)
        ImageDraw.Draw(sheet).rounded_rectangle((0, 0, each.width - 1, each.height - 1), radius, fill=255)
        ground.paste(SHADOW, mask=shadow.filter(ImageFilter.GaussianBlur(9)))
        ground.paste(each, (left, top), sheet)
        left += each.width + gap
    return ground


def above(rows: Sequence[Image.Image]) -> Image.Image:
    """The rows one below the other."""
    ground = Image.new("RGB", (max(row.width for row in rows), sum(row.height for row in rows)), BACKGROUND)
    top = 0
    for row in rows:
        ground.paste(row, (0, top))
        top += row.height
    return ground


def packed(image: Image.Image, colours: int) -> Image.Image:
    """The picture in so many colours, undithered: a fraction of the bytes, and what is even stays exactly as it is."""
    counted = sorted(image.getcolors(image.width * image.height) or [], key=lambda pair: -pair[0])
    flat = image.quantize(colours * 3 // 4, method=Image.Quantize.MEDIANCUT, kmeans=1).getpalette() or []
    even: list[tuple[int, ...]] = []
    # Pillow finds the nearest colour to within four levels: a twin beside an even one would take its place.
    for _, colour in counted[:colours]:
        if len(even) < colours // 4 and _is_new(colour, even):
            even.append(_rgb(colour))
    found = (tuple(flat[start : start + 3]) for start in range(0, len(flat), 3))
    rest = [colour for colour in found if _is_new(colour, even)]
    palette = Image.new("P", (1, 1))
    palette.putpalette(bytes(level for colour in (*even, *rest) for level in colour))
    return image.quantize(palette=palette, dither=Image.Dither.NONE)


def _is_new(colour: object, others: Sequence[tuple[int, ...]]) -> bool:
    return all(max(map(abs, map(sub, _rgb(colour), other))) > TWINS for other in others)


def _rgb(colour: object) -> tuple[int, int, int]:
    """A colour as Pillow gives it."""
    assert isinstance(colour, tuple)
    red, green, blue = colour
    return int(red), int(green), int(blue)


# ---- the pictures of the docs


@dataclass(frozen=True, slots=True)
class Camera:
    """What takes pictures of a site's digest."""

    browser: Browser
    site: Site

    def take(self, *looks: tuple[str, Look]) -> list[Image.Image]:
        """The site's digest in each (language, look)."""
        digests = self.site.digests()
        return [shoot(self.browser, digests[language], self.site.media, look) for language, look in looks]


def design(camera: Camera, name: str) -> Image.Image:
    """A design on a desktop, on a phone and in the dark."""
    dark = Look(inverted="partly") if name == "text" else DARK  # it brings no colours of its own
    looks = (ZH, replace(DESKTOP, scale=2)), (EN, replace(PHONE, scale=2)), (ZH, replace(dark, scale=2))
    camera.site.configure(design=name)
    desktop, phone, night = camera.take(*looks)
    return beside([cut(desktop, 500, 860), cut(phone, 290, 660), cut(night, 420, 760)])


def readme(camera: Camera) -> Image.Image:
    """The digest at a glance."""
    looks = (ZH, replace(DESKTOP, scale=2)), (ZH, replace(DARK, scale=2)), (EN, replace(PHONE, scale=2))
    camera.site.configure()
    desktop, dark, phone = camera.take(*looks)
    return beside([cut(desktop, 545, 920), cut(dark, 450, 760), cut(phone, 310, 670)])


def colours(camera: Camera) -> Image.Image:
    """The same mail in six colours, light above dark; of two stories, so that all that is coloured comes early."""
    camera = replace(camera, site=replace(camera.site, most=2))
    rows: list[list[Image.Image]] = [[], []]
    for colour in COLOURS:
        camera.site.configure(colour=colour)
        shots = camera.take(*((EN, replace(PHONE, dark=dark, scale=2)) for dark in (False, True)))
        for row, shot in zip(rows, shots, strict=True):
            row.append(cut(shot, 200, 520))
    return above([beside(row, gap=20, radius=10) for row in rows])


def heads(camera: Camera) -> Image.Image:
    """A square logo, a wide one, and none."""
    wide = Image.new("RGBA", (620, 140))
    wide.paste(Image.open(ROOT / "static" / LOGO.lstrip("/")).convert("RGBA").resize((140, 140)), (0, 0))
    ImageDraw.Draw(wide).text((170, 28), "Tideline", fill="white", font=ImageFont.load_default(80))
    wide.save(camera.site.root / "static" / "images" / "wide.png")
    shots = []
    for logo, width in ((LOGO, 600), ("/images/wide.png", 600), ("", 480)):
        camera.site.configure(logo=logo, width=width)
        shots += camera.take((EN, replace(DESKTOP, scale=2)))
    return beside([cut(shot, 420, 260) for shot in shots], radius=10)


def inverted(camera: Camera) -> Image.Image:
    """The mail's own dark colours, and what programs make of it that choose theirs."""
    camera.site.configure()
    looks = (replace(PHONE, scale=2, dark=kind == "", inverted=kind) for kind in ("", "partly", "wholly"))
    return beside([cut(shot, 350, 760) for shot in camera.take(*((EN, look) for look in looks))])


def images_off(camera: Camera) -> Image.Image:
    """Before the reader has allowed pictures."""
    camera.site.configure()
    looks = (ZH, Look(pictures=False, scale=2)), (EN, replace(PHONE, pictures=False, scale=2))
    desktop, phone = camera.take(*looks)
    return beside([cut(desktop, 600, 800), cut(phone, 330, 800)])


def example(camera: Camera) -> Image.Image:
    """The guide's worked example: as it was, and as the site's own template makes it."""
    camera.site.configure()
    look = (EN, replace(DESKTOP, scale=2))
    before, *_ = camera.take(look)
    camera.site.replace("digest/digest.html", template(GUIDE.read_text(encoding="utf-8")))
    after, *_ = camera.take(look)
    return beside([cut(before, 540, 700), cut(after, 540, 700)])


def template(guide: str) -> str:
    """The template that the guide shows first."""
    found = re.search(r"```jinja\n(.*?)```", guide, flags=re.DOTALL)
    if found is None:
        sys.exit("docs/style-guide.md shows no template any more")
    return found[1]


PICTURES: Mapping[str, Callable[[Camera], Image.Image]] = {
    "digest": readme,
    "style-cards": lambda camera: design(camera, "cards"),
    "style-list": lambda camera: design(camera, "list"),
    "style-text": lambda camera: design(camera, "text"),
    "style-colours": colours,
    "style-heads": heads,
    "style-inverted": inverted,
    "style-images-off": images_off,
    "style-example": example,  # the last: it changes the site
}


def main() -> None:
    """Writes the pictures and says how large they are."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        root = Path(folder) / "site"
        root.mkdir()
        browser = launch(playwright.chromium, Path(folder))
        camera = Camera(browser, copy_site(root, most=5, per_topic=3))
        for name, take in PICTURES.items():
            file = IMAGES / f"{name}.png"
            packed(take(camera), 240).save(file, optimize=True)
            print(f"{file.relative_to(ROOT)}  {file.stat().st_size / 1000:.0f} kB")
        browser.close()


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
