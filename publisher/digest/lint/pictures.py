"""Rules of pictures: readers without them, programs without our CSS, and providers that fetch them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from publisher import urls
from publisher.digest.lint.finding import Finding, error, quoted, warning
from publisher.digest.lint.links import loopback
from publisher.digest.lint.page import Node
from publisher.digest.lint.proof import Proof

_FILE = re.compile(r"\S+\.(?:png|jpe?g|gif|webp|svg|avif|bmp|heic|tiff?)", re.IGNORECASE)
_NOTHING = frozenset(
    {"image", "picture", "photo", "img", "graphic", "untitled", "图", "图片", "图像", "照片", "插图", "配图", "封面"}
)
_NUMBER = re.compile(r"[1-9][0-9]*")


def rules(proof: Proof) -> Iterator[Finding]:
    """What is wrong with each picture, the same fault of the same picture told once."""
    told: set[tuple[str, str]] = set()
    for node in proof.page.all("img"):
        for found in (*_words(proof, node), *_shape(proof, node), *_source(proof, node)):
            if (found.code, found.message) not in told:
                told.add((found.code, found.message))
                yield found


def _words(proof: Proof, node: Node) -> Iterator[Finding]:
    alt, source = node.attributes.get("alt"), quoted(node.attributes.get("src", ""))
    place, story = proof.page.place(node), proof.page.story(node)
    if alt is None:
        yield error("image-alt", place, f"the picture {source} has no alt; write one, or leave it empty", story)
    elif _FILE.fullmatch(alt.strip()) or alt.strip().lower() in _NOTHING:
        message = f"the alt {quoted(alt)} says nothing of the picture; write what it shows, or leave it empty"
        yield warning("image-alt-name", place, message, story)


def _shape(proof: Proof, node: Node) -> Iterator[Finding]:
    if not _NUMBER.fullmatch(node.attributes.get("width", "")):
        source = quoted(node.attributes.get("src", ""))
        message = f"the picture {source} has no width in pixels, and Outlook shows it in full size; write width=…"
        yield error("image-width", proof.page.place(node), message, proof.page.story(node))


def _source(proof: Proof, node: Node) -> Iterator[Finding]:
    source = node.attributes.get("src", "")
    place, story = proof.page.place(node), proof.page.story(node)
    if not urls.web(source):
        message = f"the picture {quoted(source)} cannot be fetched from a mail; write its address with https://…"
        yield error("image-source", place, message, story)
    elif source.startswith("http:") and not loopback(host := urls.authority(source)):
        ours = {urls.authority(base) for base in (proof.config.web.url, proof.config.site.url) if base}
        if host in ours:
            yield error("image-http", place, f"pictures of our own {host} are without https; write https://…", story)
        else:
            yield warning("image-http", place, f"pictures of {host} are without https; write https://…", story)
