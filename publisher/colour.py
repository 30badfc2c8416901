"""The colours of mails and pages, made from the one colour that a site names. Pure.

Every text colour keeps 4.5:1 against what it stands on, in light and in dark (WCAG 2.2 1.4.3).
"""

from __future__ import annotations

from dataclasses import dataclass

AA = 4.5
_WHITE, _INK, _NIGHT = (255, 255, 255), (23, 29, 40), (13, 17, 23)

Rgb = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """Colours by their place, each ``#rrggbb``."""

    page: str
    """Behind everything."""
    card: str
    """Behind the stories."""
    ink: str
    """Titles and summaries."""
    muted: str
    """Dates, authors and the footer, on the card and on the page."""
    line: str
    """Hairlines."""
    accent: str
    """Links and marks on the card."""
    chip: str
    """Behind a tag, and its text."""
    chip_ink: str
    band: str
    """Behind the head of the mail, and what is written there."""
    band_ink: str
    band_muted: str
    button: str
    """Behind a button's words, and those words."""
    button_ink: str


def light(theme: str) -> Palette:
    """The colours for a light screen."""
    base = parse(theme)
    page, chip = _mix(base, (246, 247, 249), 0.95), _mix(base, _WHITE, 0.92)
    band = _readable(base, _WHITE, 5.2)
    return _palette(
        page=page, card=_WHITE, ink=_INK, muted=_readable((91, 100, 114), page), line=_mix(base, (226, 230, 236), 0.93),
        accent=_readable(base, page), chip=chip, chip_ink=_readable(_mix(base, _INK, 0.35), chip),
        band=band, band_ink=_WHITE, band_muted=_readable(_mix(band, _WHITE, 0.82), band),
        button=band, button_ink=_WHITE,
    )  # fmt: skip


def dark(theme: str) -> Palette:
    """The colours for a dark screen: the same hue, never pure black or white."""
    base = parse(theme)
    page, card = _mix(base, _NIGHT, 0.95), _mix(base, (24, 30, 39), 0.93)
    ink, chip = (232, 236, 242), _mix(base, (38, 46, 58), 0.80)
    band = _readable(_mix(base, _NIGHT, 0.30), ink, 5.2)
    button = _readable(base, _WHITE, 5.2)
    return _palette(
        page=page, card=card, ink=ink, muted=_readable((160, 170, 184), card), line=_mix(base, (46, 55, 68), 0.88),
        accent=_readable(_mix(base, (214, 228, 255), 0.45), card), chip=chip, chip_ink=_readable((205, 215, 230), chip),
        band=band, band_ink=ink, band_muted=_readable((196, 206, 220), band), button=button, button_ink=_WHITE,
    )  # fmt: skip


def parse(colour: str) -> Rgb:
    """Red, green and blue of ``#1a56a8`` or ``#15a``. Raises ``ValueError`` for anything else."""
    digits = colour.strip().removeprefix("#")
    if len(digits) == 3:
        digits = "".join(2 * digit for digit in digits)
    if len(digits) != 6 or not colour.strip().startswith("#"):
        raise ValueError(f"{colour!r} is not a colour; write for example #1a56a8")
    value = int(digits, 16)
    return value >> 16, value >> 8 & 255, value & 255


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    return _contrast(parse(one), parse(other))


def _palette(**colours: Rgb) -> Palette:
    return Palette(**{name: "#{:02x}{:02x}{:02x}".format(*rgb) for name, rgb in colours.items()})


def _mix(colour: Rgb, other: Rgb, share: float) -> Rgb:
    """``colour`` with ``share`` of ``other`` in it."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(colour, other, strict=True))
    return red, green, blue


def _readable(colour: Rgb, background: Rgb, ratio: float = AA) -> Rgb:
    """The nearest shade of ``colour`` that can be read on ``background``."""
    goal = (0, 0, 0) if _luminance(background) > 0.18 else _WHITE  # equal contrast to black and white
    shades = (_mix(colour, goal, step / 50) for step in range(51))
    return next((shade for shade in shades if _contrast(shade, background) >= ratio), goal)


def _contrast(one: Rgb, other: Rgb) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: Rgb) -> float:
    linear = [c / 3294.6 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
