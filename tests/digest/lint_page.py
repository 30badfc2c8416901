"""A small mail without a fault, for the tests of the lint: each plants one in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from builders import make_story
from digest.sample import make_config

from publisher.digest.lint import judge
from publisher.digest.lint.finding import Finding
from publisher.digest.lint.proof import Proof, lay_open

UNSUBSCRIBE, PREFERENCES = "https://news.tideline.example/u/1", "https://news.tideline.example/p/1"
VIEW, TIDES = "https://news.tideline.example/i/1", "https://tideline.example/tides/"
POST = "3 Harbour Street<br>Shanghai 200001"
DARK = "@media (prefers-color-scheme:dark){.card{background-color:#111111!important}.ink{color:#eeeeee!important}}"
HTML = f"""<!DOCTYPE html>
<html lang="en">
<head><title>Tides</title>
<style>@media screen{{}} {DARK}</style>
</head>
<body>
<table role="presentation" class="card" bgcolor="#ffffff"><tr><td class="ink" style="color:#111111">
<h1>Tideline</h1>
<h2>Sea</h2>
<div><h3><a class="ink" style="color:#003366" href="{TIDES}">How tides work</a></h3>
<p>The moon pulls.</p><img src="https://tideline.example/tides.png" alt="A tide" width="200"></div>
<p><a class="ink" style="color:#003366" href="{UNSUBSCRIBE}">Leave</a>
<a class="ink" style="color:#003366" href="{PREFERENCES}#pause">Preferences</a>
<a class="ink" style="color:#003366" href="{VIEW}">Browser</a></p>
<p>{POST}</p>
<!--end-->
</td></tr></table>
</body>
</html>
"""
TEXT = f"""Tideline

1. How tides work
   The moon pulls.
   {TIDES}

Leave: {UNSUBSCRIBE}
3 Harbour Street
Shanghai 200001
"""
STORY = make_story("tides", title="How tides work", summary="The moon pulls.", url=TIDES)


def proof(folder: Path, *, html: str = HTML, text: str = TEXT, config: Any = None, **changes: Any) -> Proof:
    """The good mail laid open, with changes."""
    values: dict[str, Any] = {
        "subject": "Tideline: How tides work", "preheader": "The moon, the sun and what they do to harbours",
        "stories": (STORY,), "sender": "tideline.example", "unsubscribe": UNSUBSCRIBE,
        "preferences": PREFERENCES, "view": VIEW,
    }  # fmt: skip
    return lay_open(config=config or make_config(folder), html=html, text=text, **(values | changes))


def with_body(more: str) -> str:
    """The good page with something more at its end."""
    assert "<!--end-->" in HTML
    return HTML.replace("<!--end-->", more)


def found(folder: Path, **changes: Any) -> list[Finding]:
    """All that the rules find in the good mail with changes."""
    return list(judge(proof(folder, **changes)))
