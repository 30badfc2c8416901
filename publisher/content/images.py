"""Pictures: where a reference leads, what its bytes are, and the thumbnail for mail. Pillow's only home."""

from __future__ import annotations

import hashlib
import os
import re
import struct
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, NamedTuple
from urllib.parse import unquote

from PIL import Image as Pillow
from PIL import ImageOps

from publisher import urls
from publisher.content import place
from publisher.content.article import Image

THUMBNAIL_WIDTH = 1200
"""Shown at 600, so sharp on dense screens; 68 kB on average at this quality."""
LOGO_HEIGHT = 192
QUALITY = 80
MAX_PIXELS = 80_000_000
"""A picture may unpack to gigabytes: larger ones get no thumbnail."""
# We count pixels ourselves: Pillow's own limit warns first, and only then raises.
Pillow.MAX_IMAGE_PIXELS = None

_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF")
_UNREADABLE = (
    OSError,
    ValueError,
    SyntaxError,
    TypeError,
    EOFError,
    OverflowError,
    MemoryError,
    KeyError,
    struct.error,
)
_OFTEN = 8
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
# Names that no rule of URLs changes but for blanks: no dots to resolve, no query, nothing encoded.
_NAME = r"(?:[\w!$&'()+,=@~-][\w !$&'()+,=@~.-]*)"
_PLAIN = re.compile(rf"/?(?:{_NAME}/)*{_NAME}(?<! )", re.ASCII)
_QUERY, _ENCODED = re.compile(r"[?#]"), re.compile(r"[?#%]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Roots:
    """Where a site keeps its files, and its address."""

    content: Path
    static: Path
    assets: Path
    site: str


class Found(NamedTuple):
    """Where a reference leads: its URL, and its file where there is one."""

    url: str = ""
    file: Path | None = None
    stamp: str = ""
    """Changes when the file does, or appears, or goes."""
    remote: bool = False
    fault: str = ""
    """Why it is no reference at all."""


class Inspected(NamedTuple):
    """The picture as far as it can be used, and what is wrong with it: a code and a message."""

    image: Image | None
    code: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumbnail:
    """A JPEG made for mail: its file name in the folder and its size."""

    name: str
    width: int
    height: int


def locate(roots: Roots, path: str, page: str, reference: str) -> Found:
    """Where the ``reference`` in the article at ``path`` (whose page is ``page``) leads. Reads no file, only its stat.

    A file beside a page bundle first, then the static folder, then assets; without a leading slash the article's folder
    comes first, then the site's root, as in Hugo. What leads out of these folders is not found.
    """
    reference, home = _local(roots, reference), roots.site.rstrip("/") + "/"
    if _SCHEME.match(reference):
        try:
            known = urls.web(reference) and urls.encode(reference)
        except ValueError:
            known = False
        return Found(url=known, remote=True) if known else Found(fault="is no http address")
    if hit := _hit(roots, path, reference):
        file, name, beside = hit
        url = _beside(roots, path, page, name) if beside else urls.join(roots.site, name)
        return Found(url=url, file=Path(file), stamp=_stamp(file))
    if _PLAIN.fullmatch(reference):
        return Found(url=urls.join(roots.site, reference))
    base = page if reference.startswith(".") and place.bundled(path) else home
    return Found(url=urls.absolute(base, reference.lstrip("/")))


def stamp(roots: Roots, path: str, reference: str) -> str:
    """What changes when the file behind a reference does, appears or goes: the ``stamp`` of ``locate``, but quicker."""
    reference = _local(roots, reference)
    hit = None if _SCHEME.match(reference) else _hit(roots, path, reference)
    return _stamp(hit[0]) if hit else ""


def unchanged(roots: Roots, path: str, reference: str, stamp: str, absences: Absences | None = None) -> bool:
    """Whether ``stamp`` is what the function of that name would now return for the reference.

    The places of ``locate`` are looked at in their order, by one stat each: the first that has a file decides. Where
    that is the stamped file, none before it exists, so none has gained precedence, and none behind it matters. Every
    other case (gone, changed, a folder or a link in the way, there by now) is left to the full search.
    """
    if stamp and _is_first(roots, path, reference, stamp):
        return True
    if not stamp and absences and absences.everywhere(roots, path, reference):
        return True
    local = _local(roots, reference)
    if _SCHEME.match(local):
        return not stamp
    if stamp:
        for root, under, _name, _beside in _places(roots, path, local):
            if seen := _stamp(os.path.normpath(f"{root}/{under}")):
                if seen == stamp:
                    return True
                break
    hit = _hit(roots, path, local)
    return (_stamp(hit[0]) if hit else "") == stamp


class Absences:
    """What was not there a moment ago: half of all pictures that articles name, in some sites.

    A folder that is asked for often is listed once, for to look for a file that is not there is to search its folder.
    """

    def __init__(self) -> None:
        self._asked: dict[str, int] = {}
        self._names: dict[str, frozenset[str] | None] = {}
        """The names in a folder in lower case; none where it cannot be listed."""

    def everywhere(self, roots: Roots, path: str, reference: str) -> bool:
        """Whether there is nothing in all places where a plain reference may lead; of others it cannot say."""
        if not _PLAIN.fullmatch(reference):
            return False
        inner = reference.lstrip("/")
        if not (self._absent(f"{roots.static}/{inner}") and self._absent(f"{roots.assets}/{inner}")):
            return False
        return inner != reference or self._absent(f"{roots.content}/{path[: path.rfind('/') + 1]}{inner}")

    def _absent(self, file: str) -> bool:
        folder, _, name = file.rpartition("/")
        names = self._names.get(folder)
        if names is not None:
            # Some file systems do not tell large letters from small ones.
            return name.lower() not in names
        asked = self._asked[folder] = self._asked.get(folder, 0) + 1
        if asked == _OFTEN:
            self._names[folder] = _listed(folder)
        return not os.path.lexists(file)


def _listed(folder: str) -> frozenset[str] | None:
    try:
        return frozenset(name.lower() for name in os.listdir(folder))  # noqa: PTH208 # a Path of each costs more
    except (FileNotFoundError, NotADirectoryError):
        return frozenset()
    except OSError:
        return None


def _is_first(roots: Roots, path: str, reference: str, stamp: str) -> bool:
    """Whether the stamp is that of the place where a plain reference leads first: 6 000 are asked for in every build.

    What is not plain makes a name that no stamp holds, for stamped names are normal.
    """
    if reference.startswith("/"):
        return _stamp(f"{roots.static}{reference}") == stamp
    seen = _stamp(f"{roots.content}/{path[: path.rfind('/') + 1]}{reference}")
    if seen or ".." in reference:
        return seen == stamp
    return _stamp(f"{roots.static}/{reference}") == stamp


def _local(roots: Roots, reference: str) -> str:
    reference = reference.strip()
    if reference.startswith("//"):
        return "https:" + reference
    home = roots.site.rstrip("/") + "/"
    return "/" + reference[len(home) :] if reference.startswith(home) else reference


def _stamp(file: str) -> str:
    try:
        stat = os.stat(file)  # noqa: PTH116 # 10 000 of them in every scan
    except (OSError, ValueError):  # ValueError: a NUL or half a character in the name
        return ""
    # A tool that keeps times (cp -p, rsync, unzip) changes ctime all the same.
    return f"{file}:{stat.st_mtime_ns}:{stat.st_ctime_ns}:{stat.st_size}"


def _hit(roots: Roots, path: str, reference: str) -> tuple[str, str, bool] | None:
    """The first file that a reference may mean, the name that found it, and whether it lies beside the article."""
    for root, under, name, beside in _places(roots, path, reference):
        if file := _within(root, under):
            return file, name, beside
    return None


def _places(roots: Roots, path: str, reference: str) -> Iterator[tuple[str, str, str, bool]]:
    """Where a reference may lead, best first: root, place under it, the name as understood, whether beside the article.

    As it is written first; then without query and fragment, percent-decoded.
    """
    yield from _places_of(roots, path, reference)
    if _ENCODED.search(reference):
        bare = unquote(_QUERY.split(reference, maxsplit=1)[0])
        if bare != reference:
            yield from _places_of(roots, path, bare)


def _places_of(roots: Roots, path: str, name: str) -> Iterator[tuple[str, str, str, bool]]:
    inner = name.lstrip("/")
    if not name.startswith("/"):
        yield str(roots.content), f"{path.rpartition('/')[0]}/{inner}", name, True
    yield str(roots.static), inner, name, False
    yield str(roots.assets), inner, name, False


def _beside(roots: Roots, path: str, page: str, name: str) -> str:
    folder = path.rpartition("/")[0]
    base = page if place.bundled(path) else urls.join(roots.site, urls.path_slug(folder) + "/" if folder else "")
    # Seen from the page a "?", "#" or ":" of a file's name would begin a query, a fragment or a scheme.
    return urls.absolute(base, name.replace("?", "%3F").replace("#", "%23").replace(":", "%3A"))


def _within(root: str, inner: str) -> str:
    """The file under the root, or empty: also where links or dots lead out of it."""
    file = os.path.normpath(f"{root}/{inner}")
    if not file.startswith(root + "/") or "\0" in file or not os.path.isfile(file):  # noqa: PTH113 # as in _stamp
        return ""
    real = os.path.realpath(file)
    return file if real == file or real.startswith(os.path.realpath(root) + "/") else ""


def inspect(found: Found, reference: str, alt: str = "") -> Inspected:
    """The picture at a place: type by its first bytes, never by its name; size from its header.

    A missing file or one that is no picture keeps its URL, but no file: it goes neither into mails nor enclosures.
    """
    if found.fault:
        message = f"{reference!r} {found.fault}; write a path such as /images/a.jpg"
        return Inspected(image=None, code="image-invalid", message=message)
    bare = Image(url=found.url, alt=alt)
    if found.remote:
        return Inspected(image=bare)
    if found.file is None:
        message = f"{reference!r} is not there; put the file into the static folder or beside the article"
        return Inspected(image=bare, code="image-missing", message=message)
    try:
        return _measured(found.file, bare, reference)
    except _UNREADABLE as error:
        message = f"{reference!r} cannot be read ({error}); replace it"
        return Inspected(image=bare, code="image-broken", message=message)


def _measured(file: Path, bare: Image, reference: str) -> Inspected:
    with file.open("rb") as stream:
        kind = sniff(stream.read(16))
        if not kind:
            message = (
                f"{reference!r} is no picture, whatever its name says; replace it by a JPEG, PNG, GIF, WebP or AVIF"
            )
            return Inspected(image=bare, code="image-lies", message=message)
        stream.seek(0)
        with Pillow.open(stream, formats=_FORMATS) as picture:
            width, height = picture.size
    if width * height > MAX_PIXELS:
        message = f"{reference!r} has {width} x {height} pixels; make it smaller"
        return Inspected(image=bare, code="image-too-large", message=message)
    length = file.stat().st_size
    whole = replace(bare, file=str(file), media_type=kind, length=length, width=width, height=height)
    return Inspected(image=whole)


def sniff(head: bytes) -> str:
    """The media type that the first 16 bytes of a picture tell; empty for anything else."""
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return "image/avif" if head[4:12] in {b"ftypavif", b"ftypavis"} else ""


def thumbnail(file: Path, folder: Path) -> Thumbnail | None:
    """The picture as a JPEG for mail in ``folder``, named by the hash of its bytes; none where it cannot be read.

    Made only if it is not there; at most 1200 wide, turned as its camera says, transparent parts white.
    """
    return _made(file, folder, "jpg", _photograph)


def logo(file: Path, folder: Path) -> Thumbnail | None:
    """A site's logo as a PNG for mail in ``folder``, at most 192 high, transparent parts kept; else as thumbnail."""
    return _made(file, folder, "png", _mark)


def _made(file: Path, folder: Path, suffix: str, make: Callable[[Path, BinaryIO], None]) -> Thumbnail | None:
    try:
        name = f"{hashlib.blake2b(file.read_bytes(), digest_size=16).hexdigest()}.{suffix}"
        target = folder / name
        if not target.exists():
            _write(file, target, make)
        with Pillow.open(target, formats=("JPEG", "PNG")) as made:
            return Thumbnail(name=name, width=made.width, height=made.height)
    except _UNREADABLE:
        return None


def _write(file: Path, target: Path, make: Callable[[Path, BinaryIO], None]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".thumbnail-")
    try:
        with os.fdopen(handle, "wb") as stream:
            make(file, stream)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(target)
    except BaseException:
        with suppress(OSError):
            Path(temporary).unlink()
        raise


def _photograph(file: Path, stream: BinaryIO) -> None:
    with Pillow.open(file, formats=_FORMATS) as source:
        _bounded(source)
        source.draft("RGB", (THUMBNAIL_WIDTH, 4 * THUMBNAIL_WIDTH))
        turned = ImageOps.exif_transpose(source)
        turned.thumbnail((THUMBNAIL_WIDTH, 4 * THUMBNAIL_WIDTH), Pillow.Resampling.LANCZOS, reducing_gap=2.0)
        _flattened(turned).save(stream, "JPEG", quality=QUALITY, optimize=True, progressive=True)


def _mark(file: Path, stream: BinaryIO) -> None:
    with Pillow.open(file, formats=_FORMATS) as source:
        _bounded(source)
        small = source.convert("RGBA")
        small.thumbnail((4 * LOGO_HEIGHT, LOGO_HEIGHT), Pillow.Resampling.LANCZOS)
        small.save(stream, "PNG", optimize=True)


def _bounded(source: Pillow.Image) -> None:
    if source.width * source.height > MAX_PIXELS:
        raise ValueError("too many pixels")


def _flattened(picture: Pillow.Image) -> Pillow.Image:
    if picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        white = Pillow.new("RGB", picture.size, "white")
        white.paste(picture, mask=picture.getchannel("A"))
        return white
    return picture.convert("RGB")
