"""Rules of stories: an edition has some, each once, with words that can be shown. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from publisher import text
from publisher.digest.lint.finding import Finding, error, quoted, warning
from publisher.digest.lint.proof import Proof

_UNSEEN = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\x00-\x1f\x7f-\x9f]"
)


def rules(proof: Proof) -> Iterator[Finding]:
    """What is wrong with the stories; each finding names the article. An edition may be a note without any."""
    paths: set[str] = set()
    titles: set[str] = set()
    for story in proof.stories:
        place, key = f"story {story.path}", text.title_key(story.title)
        if story.path in paths:
            yield error("story-twice", place, f"{story.path} is in it twice; exclude one", story.path)
            continue
        if key in titles:
            message = f"two stories are titled {quoted(story.title)}; exclude one?"
            yield warning("title-twice", place, message, story.path)
        if not story.title.strip():
            yield error("title-empty", place, "the story has no title; write one in its front matter", story.path)
        if not story.summary.strip():
            message = (
                "the story has no summary, and readers see its title alone; write a description in its front matter"
            )
            yield warning("summary-empty", place, message, story.path)
        if _UNSEEN.search(story.title):
            message = "its title holds marks that nobody sees and that may turn words around; retype it"
            yield warning("title-invisible", place, message, story.path)
        paths.add(story.path)
        titles.add(key)
