"""RSS 2.0 and Atom 1.0, written by feedgen (its only home), with the defects of feedgen 1.0.0 mended here.

Mended: Atom links of an entry lose ``rel``, ``type`` and ``length`` (lkiesow/python-feedgen#135); dates are formatted
by switching the locale of the whole process; the site link of RSS is whichever link came last; entries are put first;
``updated`` is the clock; a single picture is wrapped in a ``media:group``, which the W3C validator refuses; an author
without e-mail vanishes from RSS; a plain summary is taken for markup; generator and ``docs`` speak of feedgen; RSS has
no link but self; there are no words for hubs, archives (RFC 5005) and a style sheet.
"""

from __future__ import annotations

import html as markup
from types import MappingProxyType
from typing import Any

import feedgen.entry
import feedgen.feed
from feedgen.ext.dc import DcEntryExtension, DcExtension
from feedgen.ext.media import MediaEntryExtension, MediaExtension
from lxml.etree import PI

from publisher.feeds.feed import STYLE, Channel, Entry, Feed, Format, Frame, Kind, Picture, synopsis
from publisher.times import rfc822
from publisher.urls import join

# feedgen.util.formatRFC2822 calls setlocale(LC_ALL) around each date: not thread-safe, and a race leaves the process
# in the C locale, where open() no longer reads UTF-8 by itself.
feedgen.feed.formatRFC2822 = feedgen.entry.formatRFC2822 = rfc822

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_ATOM_LINK = "{http://www.w3.org/2005/Atom}link"
_HISTORY = "http://purl.org/syndication/history/1.0"
_CUTS = MappingProxyType(
    {
        Format.RSS: (b"<item>", b"</item>", b"</channel>"),
        Format.ATOM: (b"<entry", b"</entry>", b"</feed>"),
    }
)
"""Where an entry begins and ends, and where the feed's tail begins. Text is escaped: none of these occurs in it."""


def entry(entry: Entry, html: str) -> dict[Format, bytes]:
    """One entry as the bytes that a whole feed of feedgen would hold of it; ``html`` empty: summary only.

    Raises what feedgen and lxml raise for data that no feed can hold. ``mould.entry`` gives the same bytes quicker.
    """
    generator = _generator(_ALONE, Format.RSS)
    _add(generator, entry, html)
    made = {}
    for form, (start, end, _) in _CUTS.items():
        body = _text(generator, form)
        made[form] = body[body.index(start) : body.rindex(end) + len(end)]
    return made


def frame(frame: Frame, form: Format) -> tuple[bytes, bytes]:
    """What stands before and after the entries of a document in RSS or Atom."""
    body = _text(_generator(frame, form), form)
    cut = body.rindex(_CUTS[form][2])
    return body[:cut], body[cut:]


def _text(generator: Any, form: Format) -> bytes:
    text: bytes = generator.rss_str() if form is Format.RSS else generator.atom_str()
    return text


def _generator(frame: Frame, form: Format) -> Any:
    channel = frame.channel
    generator = feedgen.feed.FeedGenerator()
    # Registered, not loaded by name: load_extension searches the disk twice per feed. Atom has authors of its own.
    generator.register_extension("dc", DcExtension, DcEntryExtension, atom=False)
    generator.register_extension("media", MediaExtension, MediaEntryExtension)
    generator.register_extension("mend", _FeedMend, _EntryMend)
    generator.mend.frame = frame
    generator.generator("publisher")
    generator.docs("")
    generator.id(frame.id)
    generator.title(frame.title)
    generator.description(frame.description)
    generator.language(channel.language)
    generator.updated(frame.updated)
    generator.ttl(channel.minutes)
    if channel.copyright:
        generator.rights(channel.copyright)
    author = {"name": channel.author or channel.title}
    if channel.email:
        author["email"] = channel.email
        generator.managingEditor(f"{channel.email} ({author['name']})")
    generator.author(author)
    generator.link(href=frame.url, rel="self", type=form.media_type)
    for relation, address in frame.links:
        kind = {} if relation == "hub" else {"type": form.media_type}
        generator.link(href=address, rel=relation, **kind)
    generator.link(href=channel.home_url, rel="alternate", type="text/html")  # the last one becomes the link of RSS
    return generator


def _add(generator: Any, entry: Entry, html: str) -> None:
    item = generator.add_entry(order="append")
    item.mend.entry = entry
    item.guid(entry.id, permalink=False)
    item.title(entry.title)
    item.link(href=entry.url, rel="alternate")
    item.published(entry.published)
    item.updated(entry.updated)
    if text := synopsis(entry, html):
        item.summary(markup.escape(text, quote=False), type="html")
    if html:
        item.content(html, type="html")
    for name in entry.authors:
        item.author(name=name)
    if entry.authors:
        item.dc.dc_creator(list(entry.authors))  # RSS's own author is an e-mail address
    for category in entry.categories:
        item.category(term=category.term, label=category.label, scheme=category.scheme)
    if entry.picture:
        _illustrate(item, entry.picture)


def _illustrate(item: Any, picture: Picture) -> None:
    size = {"width": str(picture.width), "height": str(picture.height)} if picture.width and picture.height else {}
    known = {"type": picture.media_type, "fileSize": str(picture.length)} if picture.enclosable else {}
    item.media.content(url=picture.url, medium="image", group=None, **size, **known)
    item.media.thumbnail(url=picture.url, group=None, **size)
    if picture.enclosable:
        item.enclosure(picture.url, picture.length, picture.media_type)


class _FeedMend:
    """Writes what feedgen has no words for: links of RSS beside self, archives and completeness, the style sheet."""

    frame: Frame

    def extend_ns(self) -> dict[str, str]:
        return {"fh": _HISTORY}

    def extend_rss(self, root: Any) -> Any:
        channel = root[0]
        places = [place for place, element in enumerate(channel) if element.tag == _ATOM_LINK]
        for place, (relation, address) in enumerate(self.frame.links, start=places[-1] + 1):
            kind = {} if relation == "hub" else {"type": Format.RSS.media_type}
            channel.insert(place, channel.makeelement(_ATOM_LINK, {"href": address, "rel": relation} | kind))
        self._history(channel)
        return self._styled(root)

    def extend_atom(self, root: Any) -> Any:
        self._history(root)
        return self._styled(root)

    def _history(self, parent: Any) -> None:
        for name in ("complete",) * self.frame.complete + ("archive",) * self.frame.archive:
            parent.append(parent.makeelement(f"{{{_HISTORY}}}{name}"))

    def _styled(self, root: Any) -> Any:
        style = join(self.frame.channel.base_url, STYLE)
        root.addprevious(PI("xml-stylesheet", f'type="text/css" href="{markup.escape(style)}"'))
        return root


class _EntryMend:
    """Writes what feedgen loses of an Atom entry: whole links (RFC 4287 4.2.7) and the language."""

    entry: Entry

    def extend_rss(self, item: Any) -> Any:
        return item

    def extend_atom(self, element: Any) -> Any:
        element.set(_LANG, self.entry.language)
        for broken in element.findall("link"):
            element.remove(broken)
        picture = self.entry.picture
        links = [{"rel": "alternate", "type": "text/html", "href": self.entry.url}]
        if picture and picture.enclosable:
            size = {"type": picture.media_type, "length": str(picture.length)}
            links.append({"rel": "enclosure", "href": picture.url} | size)
        for place, attributes in enumerate(links, start=1):  # after the id
            element.insert(place, element.makeelement("link", attributes))
        return element


_ALONE = Feed(
    channel=Channel(title="-", home_url="http://localhost/", base_url="http://localhost/"), kind=Kind.ALL
).frame(Format.RSS)
"""The feed from which single entries are cut: what stands around them is thrown away."""
