"""Rules of mail programs: what the HTML and CSS of a mail use and a big one does not support. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from publisher.digest.lint import feature
from publisher.digest.lint.finding import Finding, listed, warning
from publisher.digest.lint.page import Node
from publisher.digest.lint.proof import Proof
from publisher.digest.lint.support import Support

BIG = frozenset(
    {"gmail.desktop-webmail", "gmail.ios", "gmail.android", "outlook.windows", "outlook.macos", "outlook.outlook-com",
     "outlook.ios", "outlook.android", "apple-mail.macos", "apple-mail.ios", "yahoo.desktop-webmail", "yahoo.ios",
     "yahoo.android", "samsung-email.android"}
)  # fmt: skip
"""Programs of which one is enough for a warning; what only others lack is not told."""

GRACEFUL = {
    "css-at-media": "the mail is laid out for every width without it",
    "css-at-media-prefers-color-scheme": "the light colours stay, or the program makes dark ones itself",
    "css-at-media-prefers-reduced-motion": "what it holds only takes away",
    "css-at-media-hover": "what it holds only adds to the pointer",
    "css-border-radius": "corners are square",
    "css-box-shadow": "there is no shadow",
    "css-box-sizing": "a padding makes a box wider on some phones, and the mail may be moved sideways a little",
    "css-color-scheme": "the program chooses, and the mail has colours for both",
    "css-cursor": "the pointer is the usual one",
    "css-font-kerning": "letters stand at their usual distance",
    "css-height": "programs that drop it read the height attribute, or show a picture in its own ratio",
    "css-hyphens": "words are not divided",
    "css-letter-spacing": "letters stand at their usual distance",
    "css-max-height": "it only hides the preheader, which mso-hide and display hide too",
    "css-max-width": "the table for Word's engine in a conditional comment has the width as a number",
    "css-outline": "the program's own mark of focus stays",
    "css-outline-offset": "the program's own mark of focus stays",
    "css-overflow": "it only hides the preheader, which mso-hide and display hide too",
    "css-overflow-wrap": "word-break and word-wrap say the same to older programs, and long words are rare",
    "css-pseudo-class-active": "a link looks as it does without a pointer",
    "css-pseudo-class-focus": "the program's own mark of focus stays",
    "css-pseudo-class-hover": "a link looks as it does without a pointer",
    "css-pseudo-class-visited": "a link looks the same afterwards",
    "css-sytem-ui": "the next font of the list is taken",
    "css-text-decoration-color": "the line has the colour of the text",
    "css-text-decoration-thickness": "the line has the usual thickness",
    "css-text-shadow": "there is no shadow",
    "css-text-underline-offset": "the line stands at its usual place",
    "css-text-wrap": "lines end where they end",
    "css-transition": "the change comes at once",
    "css-white-space": "a date or a tag may be broken into two lines",
    "css-word-break": "overflow-wrap says the same, and long words are rare",
    "css-word-wrap": "overflow-wrap says the same, and long words are rare",
    "html-aria-hidden": "a decoration is read out",
    "html-aria-label": "the words in it are read out instead",
    "html-aria-labelledby": "the words in it are read out instead",
    "html-aria-describedby": "the description is not read out",
    "html-body": "programs that drop it keep what is in it, and the first table has the same colour",
    "html-dir": "the letters themselves say which way they run",
    "html-lang": "the program chooses font and voice by itself",
    "html-meta-color-scheme": "the program chooses, and the mail has colours for both",
    "html-role": "the parts are read out one after another",
    "html-semantics": "programs that drop them keep what is in them",
    "html-target": "the program opens links as it always does",
}
"""Features whose absence costs a reader nothing, and why."""


def rules(proof: Proof, support: Support) -> Iterator[Finding]:
    """One warning for each feature that a big program lacks, with the first place and how many there are."""
    first: dict[str, Node | int] = {}
    count: Counter[str] = Counter()
    for slug, where in feature.used(proof.page, proof.sheet, support.features):
        first.setdefault(slug, where)
        count[slug] += 1
    names = dict(support.clients)
    for slug, where in first.items():
        lacking = support.lacking(slug)
        if slug in GRACEFUL or BIG.isdisjoint(lacking):
            continue
        more = count[slug] - 1
        if isinstance(where, int):
            place = f"html line {where}" + (f" and {more} more" if more else "")
            story = ""
        else:
            place, story = proof.page.place(where, more), proof.page.story(where)
        told = listed(names[client] for client in lacking)
        message = (
            f"{support.title(slug)} is not supported by {told}; see caniemail.com/features/{slug}/ for another way"
        )
        yield warning("client-support", place, message, story)
