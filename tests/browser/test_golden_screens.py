"""The digest as people see it: golden screenshots of what is mailed, in every design, on desktop and phone, in the dark.

A picture may differ a little from its golden file, as another version of the browser draws the rim of a letter; it may
not be of another size, and no spot of it may be of another colour. ``--update-golden`` writes what it looks like now.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import Browser

from scripts.styleguide import (
    DARK,
    DESKTOP,
    GUIDE,
    ISSUE,
    PHONE,
    Look,
    Site,
    copy_site,
    launch,
    packed,
    shoot,
    template,
)

ROOT = Path(__file__).parent.parent.parent
GOLDEN = ROOT / "tests" / "golden" / "screens"
FAILED = ROOT / "var" / "test" / "screens"
LOOKS = {
    "desktop": DESKTOP,
    "phone": PHONE,
    "dark": DARK,
    "images-off": Look(pictures=False),
    "phone-dark": Look(width=390, phone=True, dark=True),
}
SCREENS = [
    *(("cards", language, look) for language in ("zh-CN", "en") for look in ("desktop", "phone", "dark", "images-off")),
    ("list", "zh-CN", "desktop"),
    ("list", "en", "phone-dark"),
    ("text", "zh-CN", "desktop"),
    ("text", "en", "phone"),
]
NAMES = ["-".join(screen) for screen in SCREENS]
COLOURS = 80
LEVELS = 24
"""Of 255: so much a colour may differ."""
SHARE = 0.005
"""Of all pixels: so many may differ by more."""
SPOT, FULL = 20, 0.6
"""A square of so many pixels is another one where this share of it differs: letters fill less than half of theirs."""


@pytest.fixture(scope="module")
def browser(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser with the fonts of ``make system`` and no others, whatever this machine has."""
    opened = launch(chromium.browser_type, tmp_path_factory.mktemp("fonts"))
    yield opened
    opened.close()


@dataclass(frozen=True)
class Mailed:
    """The sample site's issue as it is mailed."""

    site: Site
    html: dict[tuple[str, str], str]
    """By design and language."""


@pytest.fixture(scope="module")
def mailed(tmp_path_factory: pytest.TempPathFactory) -> Mailed:
    site = copy_site(tmp_path_factory.mktemp("site"), most=3, per_topic=1)
    html = {}
    for design in ("cards", "list", "text"):
        site.configure(design=design)
        html |= {(design, language): page for language, page in site.digests().items()}
    return Mailed(site, html)


@pytest.fixture
def see(browser: Browser, mailed: Mailed) -> Callable[..., Image.Image]:
    """Draws one of the screens; ``change`` is done to its HTML first."""

    def draw(design: str, language: str, look: str, change: Callable[[str], str] = lambda html: html) -> Image.Image:
        return shoot(browser, change(mailed.html[design, language]), mailed.site.media, LOOKS[look])

    return draw


def golden(name: str) -> Image.Image:
    with Image.open(GOLDEN / f"{name}.png") as opened:
        return opened.copy()


def far(one: Image.Image, other: Image.Image) -> Image.Image:
    """White where the two pictures differ by more than LEVELS in red, green or blue, black elsewhere."""
    red, green, blue = ImageChops.difference(one, other).split()
    most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return most.point(lambda level: 255 if level > LEVELS else 0)


def differing(actual: Image.Image, expected: Image.Image) -> Image.Image:
    """The pixels that differ from the golden picture, both as they are and in the few colours that it has."""
    shown = expected.convert("RGB")
    recoloured = actual.quantize(palette=expected, dither=Image.Dither.NONE).convert("RGB")
    return ImageChops.darker(far(actual, shown), far(recoloured, shown))


def verdict(actual: Image.Image, expected: Image.Image) -> str:
    """Why the two are not the same picture; empty where they are."""
    if actual.size != expected.size:
        return f"it is {actual.width} x {actual.height} pixels, not {expected.width} x {expected.height}"
    found = differing(actual, expected)
    share = found.histogram()[255] / (found.width * found.height)
    spot = found.reduce(SPOT).getextrema()[1] / 255
    if share > SHARE:
        return f"{share:.2%} of its pixels differ, {SHARE:.1%} may"
    return f"{spot:.0%} of a spot of {SPOT} x {SPOT} pixels differs, {FULL:.0%} may" if spot > FULL else ""


def compare(name: str, actual: Image.Image) -> None:
    """Fails where the picture is not the golden one, and leaves both and their difference to be looked at."""
    hint = "look at it, then run: make test ARGS='tests/browser/test_golden_screens.py --update-golden'"
    assert (GOLDEN / f"{name}.png").exists(), f"there is no tests/golden/screens/{name}.png yet; {hint}"
    expected = golden(name)
    if told := verdict(actual, expected):
        FAILED.mkdir(parents=True, exist_ok=True)
        actual.save(FAILED / f"{name}.actual.png")
        if actual.size == expected.size:
            differing(actual, expected).save(FAILED / f"{name}.differs.png")
        pytest.fail(f"{name}: {told}. It is var/test/screens/{name}.actual.png (differs.png: where); {hint}")


@pytest.mark.parametrize("screen", SCREENS, ids=NAMES)
def test_a_digest_looks_as_it_did(see, screen, request):
    actual, name = see(*screen), "-".join(screen)
    if request.config.getoption("--update-golden"):
        GOLDEN.mkdir(parents=True, exist_ok=True)
        packed(actual, COLOURS).save(GOLDEN / f"{name}.png", optimize=True)
    compare(name, actual)


def button(colour: str) -> Callable[[str], str]:
    return lambda html: re.sub(r'(class="btn" style="[^"]*background-color:)#\w+', rf"\g<1>{colour}", html)


CHANGES = {
    "a red button": button("#a02030"),
    "a lighter button": button("#3a8796"),
    "no list of headlines": lambda html: re.sub(r'<ol class="ol".*?</ol>', "", html, flags=re.DOTALL),
    "4 px more padding": lambda html: html.replace("padding:18px 32px 12px", "padding:22px 32px 12px"),
    "4 px further to the right": lambda html: html.replace("padding:18px 32px 12px", "padding:18px 28px 12px 36px"),
    "no picture beside a story": lambda html: re.sub(r'(class="im wide" src=")[^"]*(" width="2)', r"\1x\2", html),
    "a paler ground of tags": lambda html: html.replace("border-radius:11px", "border-radius:11px;background:#c5d5d8"),
    "no logo": lambda html: re.sub(r'<img[^>]*class="logo[^>]*>', "", html),
}


@pytest.mark.parametrize(
    ("look", "change"),
    [*(("desktop", name) for name in CHANGES), ("phone", "a red button"), ("phone", "4 px more padding")],
)
def test_a_change_is_seen(see, look, change):
    def certain(html: str) -> str:
        changed = CHANGES[change](html)
        assert changed != html, "the sample has no such thing any more"
        return changed

    assert verdict(see("cards", "en", look, certain), golden(f"cards-en-{look}"))


def test_what_another_machine_draws_a_little_otherwise_is_the_same_picture():
    expected = golden("cards-en-desktop")
    shown = expected.convert("RGB")
    assert verdict(shown.point(lambda level: min(255, level + LEVELS)), expected) == ""
    for place in range(0, shown.width * shown.height, round(1.25 / SHARE)):
        shown.putpixel((place % shown.width, place // shown.width), (255, 0, 255))
    assert verdict(shown, expected) == ""


def test_the_template_of_the_style_guide_works(mailed):
    site = mailed.site
    site.configure()
    site.replace("digest/digest.html", template(GUIDE.read_text("utf-8")))
    site.command("issue", "check", ISSUE)
    made = site.digests()["en"]
    shutil.rmtree(site.root / "templates")
    assert '<p class="note" style="margin:0; border-left:4px solid #0f5f6e;' in made
    assert "In this issue" in mailed.html["cards", "en"]
    assert "In this issue" not in made


def test_golden_screens_are_small_and_all_used():
    sizes = {file.stem: file.stat().st_size for file in GOLDEN.iterdir()}
    assert sorted(sizes) == sorted(NAMES)
    assert max(sizes.values()) <= 80_000
    assert sum(sizes.values()) <= 800_000
