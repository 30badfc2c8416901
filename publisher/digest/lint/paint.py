"""Colours as CSS writes them, made ready to be compared. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_HEX = re.compile(r"#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})")
_FUNCTION = re.compile(r"rgba?\(([^()]*)\)")
_NAMES = {
    "black": 0x000000, "silver": 0xC0C0C0, "gray": 0x808080, "grey": 0x808080, "white": 0xFFFFFF, "maroon": 0x800000,
    "red": 0xFF0000, "purple": 0x800080, "fuchsia": 0xFF00FF, "magenta": 0xFF00FF, "green": 0x008000, "lime": 0x00FF00,
    "olive": 0x808000, "yellow": 0xFFFF00, "navy": 0x000080, "blue": 0x0000FF, "teal": 0x008080, "aqua": 0x00FFFF,
    "cyan": 0x00FFFF, "orange": 0xFFA500, "darkgray": 0xA9A9A9, "darkgrey": 0xA9A9A9, "lightgray": 0xD3D3D3,
    "lightgrey": 0xD3D3D3, "dimgray": 0x696969, "dimgrey": 0x696969, "whitesmoke": 0xF5F5F5, "gold": 0xFFD700,
    "pink": 0xFFC0CB, "brown": 0xA52A2A, "crimson": 0xDC143C, "tomato": 0xFF6347, "darkred": 0x8B0000,
    "darkgreen": 0x006400, "darkblue": 0x00008B, "midnightblue": 0x191970, "royalblue": 0x4169E1,
    "steelblue": 0x4682B4, "slategray": 0x708090, "slategrey": 0x708090, "indigo": 0x4B0082, "ivory": 0xFFFFF0,
    "snow": 0xFFFAFA, "beige": 0xF5F5DC, "lavender": 0xE6E6FA,
}  # fmt: skip
"""Names that mails use; any other is not judged."""


class Paint(NamedTuple):
    """A colour with how much of what is behind it shows through: alpha 1 = nothing."""

    red: int
    green: int
    blue: int
    alpha: float = 1.0

    def __str__(self) -> str:
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"


BLACK, WHITE = Paint(0, 0, 0), Paint(255, 255, 255)


@lru_cache(maxsize=1024)
def read(value: str) -> Paint | None:
    """The colour that a value of CSS or of ``bgcolor`` names; None for what cannot be told without a browser."""
    word = value.strip().lower()
    if word == "transparent":
        return Paint(0, 0, 0, 0.0)
    if word in _NAMES:
        number = _NAMES[word]
        return Paint(number >> 16, number >> 8 & 255, number & 255)
    if match := _HEX.fullmatch(word):
        digits = match[1] if len(match[1]) > 4 else "".join(2 * digit for digit in match[1])
        octets = bytes.fromhex(digits)
        return Paint(octets[0], octets[1], octets[2], octets[3] / 255 if len(octets) == 4 else 1.0)
    match = _FUNCTION.fullmatch(word)
    return _function(match[1]) if match else None


def _function(inside: str) -> Paint | None:
    """``rgb(1, 2, 3)``, ``rgb(1 2 3 / 50%)`` (CSS Color 4, 5.1)."""
    parts = inside.replace(",", " ").replace("/", " ").split()
    try:
        red, green, blue = (_part(part, 255) for part in parts[:3])
        alpha = _part(parts[3], 1) if len(parts) > 3 else 1.0
    except ValueError:
        return None
    return Paint(round(red), round(green), round(blue), alpha)


def _part(text: str, most: float) -> float:
    value = float(text[:-1]) * most / 100 if text.endswith("%") else float(text)
    if not 0 <= value <= most:
        raise ValueError(text)
    return value


def over(colour: Paint, behind: Paint) -> Paint:
    """What is seen of a colour on an opaque one."""
    share = colour.alpha
    red, green, blue = (
        round(one * share + other * (1 - share)) for one, other in zip(colour[:3], behind[:3], strict=True)
    )
    return Paint(red, green, blue)
