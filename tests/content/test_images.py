from __future__ import annotations

import os
from pathlib import Path

import pytest
from content.shelf import picture
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow

from publisher import urls
from publisher.content import images
from publisher.content.images import Found, Roots, Thumbnail

PAGE = "https://example.org/posts/one/"


@pytest.fixture
def roots(tmp_path: Path) -> Roots:
    root = tmp_path / "site"
    for name in ("content", "static", "assets"):
        (root / name).mkdir(parents=True)
    return Roots(content=root / "content", static=root / "static", assets=root / "assets", site="https://example.org")


def put(file: Path, data: bytes) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return file


def locate(roots: Roots, reference: str, path: str = "posts/one.md") -> Found:
    found = images.locate(roots, path, PAGE, reference)
    assert found.stamp == images.stamp(roots, path, reference)
    for absences in (None, *[images.Absences()] * 12):
        assert images.unchanged(roots, path, reference, found.stamp, absences)
        assert not images.unchanged(roots, path, reference, "/elsewhere.png:1:1:1", absences)
    return found


@pytest.mark.parametrize("reference", ["/news/a b, c (1).jpg", "news/a b, c (1).jpg", "/news/a%20b,%20c%20(1).jpg", "https://example.org/news/a b, c (1).jpg"])  # fmt: skip
def test_a_file_with_blanks_comma_and_brackets_in_static(roots: Roots, reference: str):
    file = put(roots.static / "news/a b, c (1).jpg", picture())
    found = locate(roots, reference)
    assert (found.file, found.url) == (file, "https://example.org/news/a%20b,%20c%20(1).jpg")


def test_beside_a_bundle_comes_before_static_and_static_before_assets(roots: Roots):
    put(roots.assets / "a.png", picture("PNG"))
    assert locate(roots, "a.png").file == roots.assets / "a.png"
    put(roots.static / "a.png", picture("PNG"))
    assert locate(roots, "a.png").file == roots.static / "a.png"
    put(roots.content / "posts/one/a.png", picture("PNG"))
    found = locate(roots, "a.png", "posts/one/index.md")
    assert (found.file, found.url) == (roots.content / "posts/one/a.png", f"{PAGE}a.png")
    assert locate(roots, "/a.png", "posts/one/index.md").file == roots.static / "a.png"


def test_beside_a_file_that_is_no_bundle(roots: Roots):
    put(roots.content / "posts/My pics/a#1?.png", picture("PNG"))
    found = locate(roots, "My pics/a#1?.png")
    assert found.url == "https://example.org/posts/My%20pics/a%231%3F.png"


def test_a_query_is_no_part_of_the_file(roots: Roots):
    put(roots.static / "a.png", picture("PNG"))
    assert locate(roots, "/a.png?v=2").file == roots.static / "a.png"
    assert locate(roots, "/b.png?v=2").url == "https://example.org/b.png?v=2"


@pytest.mark.parametrize("reference", ["../../secret.png", "/../secret.png", "../../../etc/passwd", "/a\0b.png", "/"])
def test_nothing_outside_of_the_folders_is_found(roots: Roots, reference: str):
    put(roots.static.parent / "secret.png", picture("PNG"))
    assert locate(roots, reference).file is None


def test_a_link_that_leads_out_is_not_followed(roots: Roots):
    secret = put(roots.static.parent / "secret.png", picture("PNG"))
    (roots.static / "a.png").symlink_to(secret)
    inside = put(roots.static / "b.png", picture("PNG"))
    (roots.static / "c.png").symlink_to(inside)
    assert locate(roots, "/a.png").file is None
    assert locate(roots, "/c.png").file == roots.static / "c.png"


@pytest.mark.parametrize(
    ("reference", "url"),
    [
        ("https://cdn.example.net/a b.jpg", "https://cdn.example.net/a%20b.jpg"),
        ("//cdn.example.net/a.jpg", "https://cdn.example.net/a.jpg"),
    ],
)
def test_a_picture_elsewhere(roots: Roots, reference: str, url: str):
    found = locate(roots, reference)
    assert found == Found(url=url, remote=True)
    seen = images.inspect(found, reference, "Alt")
    assert (seen.image.url, seen.image.alt, seen.image.local, seen.code) == (url, "Alt", False, "")


@pytest.mark.parametrize(
    "reference", ["data:image/png;base64,AA", "javascript:x", "https://[/a.png", f"https://{'ü' * 70}.org/a.png"]
)
def test_what_is_no_reference(roots: Roots, reference: str):
    seen = images.inspect(locate(roots, reference), reference)
    assert seen.image is None
    assert seen.message == f"{reference!r} is no http address; write a path such as /images/a.jpg"


def test_a_missing_picture_keeps_its_url(roots: Roots):
    seen = images.inspect(locate(roots, "images/a b.png"), "images/a b.png")
    assert (seen.image.url, seen.image.file, seen.code) == ("https://example.org/images/a%20b.png", "", "image-missing")
    assert seen.message == "'images/a b.png' is not there; put the file into the static folder or beside the article"
    assert locate(roots, "./a.png", "posts/one/index.md").url == f"{PAGE}a.png"


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [
        ("JPEG", "image/jpeg"),
        ("PNG", "image/png"),
        ("GIF", "image/gif"),
        ("WEBP", "image/webp"),
        ("AVIF", "image/avif"),
    ],
)
def test_the_type_is_told_by_the_bytes(roots: Roots, kind: str, media_type: str):
    file = put(roots.static / "a.jpg", picture(kind))
    image = images.inspect(locate(roots, "/a.jpg"), "/a.jpg").image
    assert (image.media_type, image.width, image.height) == (media_type, 8, 6)
    assert (image.file, image.length, image.local) == (str(file), file.stat().st_size, True)


@pytest.mark.parametrize("data", [b"<html>404</html>", b'{"error": 1}', b"<svg xmlns='x'/>", b"", b"RIFF0000WAVE"])
def test_a_file_that_is_no_picture(roots: Roots, data: bytes):
    put(roots.static / "a.jpg", data)
    seen = images.inspect(locate(roots, "/a.jpg"), "/a.jpg")
    assert (seen.code, seen.image.file, seen.image.url) == ("image-lies", "", "https://example.org/a.jpg")
    assert (
        seen.message == "'/a.jpg' is no picture, whatever its name says; replace it by a JPEG, PNG, GIF, WebP or AVIF"
    )


def test_a_broken_and_a_huge_picture(roots: Roots, monkeypatch: pytest.MonkeyPatch):
    put(roots.static / "a.png", picture("PNG")[:20])
    assert images.inspect(locate(roots, "/a.png"), "/a.png").code == "image-broken"
    put(roots.static / "b.png", picture("PNG"))
    monkeypatch.setattr(images, "MAX_PIXELS", 47)
    seen = images.inspect(locate(roots, "/b.png"), "/b.png")
    assert (seen.code, seen.message) == ("image-too-large", "'/b.png' has 8 x 6 pixels; make it smaller")
    assert images.thumbnail(roots.static / "b.png", roots.static) is None


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P", "LA", "CMYK"])
def test_a_thumbnail_of_any_kind_of_picture(tmp_path: Path, mode: str):
    kind = {"CMYK": "JPEG", "RGB": "WEBP"}.get(mode, "PNG")
    made = images.thumbnail(put(tmp_path / "a", picture(kind, (1600, 800), mode)), tmp_path / "media")
    assert (made.width, made.height) == (1200, 600)
    with Pillow.open(tmp_path / "media" / made.name) as result:
        assert (result.format, result.mode, result.size) == ("JPEG", "RGB", (1200, 600))


def test_a_thumbnail_is_made_once_and_named_by_its_bytes(tmp_path: Path):
    media = tmp_path / "media"
    first = images.thumbnail(put(tmp_path / "a.png", picture("PNG")), media)
    made = media / first.name
    os.utime(made, ns=(1, 1))
    assert (
        images.thumbnail(put(tmp_path / "b.jpg", picture("PNG")), media)
        == first
        == Thumbnail(name=first.name, width=8, height=6)
    )
    assert made.stat().st_mtime_ns == 1
    assert images.thumbnail(put(tmp_path / "c.png", picture("PNG", (9, 6))), media).name != first.name
    assert sorted(media.iterdir()) == sorted(media.glob("*.jpg"))


def test_transparency_becomes_white_and_the_camera_turns(tmp_path: Path):
    clear = put(tmp_path / "a.png", b"")
    Pillow.new("RGBA", (4, 4), (255, 0, 0, 0)).save(clear)
    with Pillow.open(tmp_path / images.thumbnail(clear, tmp_path).name) as result:
        assert result.getpixel((1, 1)) == (255, 255, 255)
    exif = Pillow.Exif()
    exif[0x0112] = 6
    turned = images.thumbnail(put(tmp_path / "b.jpg", picture(size=(8, 6), exif=exif)), tmp_path)
    assert (turned.width, turned.height) == (6, 8)


def test_no_thumbnail_of_what_is_no_picture(tmp_path: Path):
    assert images.thumbnail(put(tmp_path / "a.jpg", b"<html>"), tmp_path / "media") is None
    assert images.thumbnail(tmp_path / "none.jpg", tmp_path / "media") is None
    assert images.thumbnail(put(tmp_path / "b.jpg", picture("PNG", (64, 64), "RGB")[:60]), tmp_path / "media") is None
    cut = picture("JPEG", (600, 600))[:-300]
    assert images.thumbnail(put(tmp_path / "c.jpg", cut), tmp_path / "media") is None
    assert not list((tmp_path / "media").iterdir())


def test_a_file_that_goes_meanwhile_has_no_stamp(tmp_path: Path):
    assert images._stamp(str(tmp_path / "gone.png")) == ""
    assert images._stamp("a\0b") == ""


@pytest.mark.parametrize("reference", ["/a.png", "a.png", "/a.png?v=1", "./a.png", "https://example.org/a.png", "%61.png", " /a.png "])  # fmt: skip
def test_a_picture_is_unchanged_until_its_file_is(roots: Roots, reference: str):
    file = put(roots.static / "a.png", b"one")
    stamp = images.stamp(roots, "posts/one.md", reference)
    assert stamp.startswith(f"{file}:")
    assert images.unchanged(roots, "posts/one.md", reference, stamp)
    assert not images.unchanged(roots, "posts/one.md", reference, "")
    put(file, b"other")
    assert not images.unchanged(roots, "posts/one.md", reference, stamp)
    file.unlink()
    assert not images.unchanged(roots, "posts/one.md", reference, stamp)
    assert images.unchanged(roots, "posts/one.md", reference, "")


@pytest.mark.parametrize("reference", ["/news/a (1), b.png", "news/a.png", "a.png", "/a.png", "./a.png", "/A.PNG"])
@pytest.mark.parametrize("root", ["content/posts", "static", "assets"])
def test_what_many_articles_name_is_missing_until_it_is_there(roots: Roots, root: str, reference: str):
    file = roots.static.parent / root / reference.strip("./")
    many = images.Absences()
    for _ in range(20):
        assert images.unchanged(roots, "posts/one.md", reference, "", many)
    put(file, b"one")
    there = images.stamp(roots, "posts/one.md", reference) == ""
    for absences in (None, *[images.Absences()] * 20):
        assert images.unchanged(roots, "posts/one.md", reference, "", absences) is there


def test_a_name_in_other_letters_may_be_the_same_file(roots: Roots):
    put(roots.static / "a.png", b"one")
    many = images.Absences()
    assert [many.everywhere(roots, "one.md", f"/{name}.png") for name in "bcdefghijAa"] == [True] * 9 + [False] * 2


def test_what_cannot_be_listed_is_looked_at_one_by_one(roots: Roots, monkeypatch: pytest.MonkeyPatch):
    def refuse(_folder: str) -> list[str]:
        raise PermissionError

    monkeypatch.setattr(os, "listdir", refuse)
    put(roots.static / "a.png", b"one")
    many = images.Absences()
    assert [many.everywhere(roots, "one.md", f"/{name}.png") for name in "bcdefghija"] == [True] * 9 + [False]
    assert not many.everywhere(roots, "one.md", "/b%20c.png")


@given(st.from_regex(images._PLAIN, fullmatch=True), st.sampled_from(["https://e.org", "https://e.org/sub/"]))
def test_the_address_of_a_plain_name_is_what_urljoin_would_make(name: str, site: str):
    nowhere = Path("/nowhere")
    roots = Roots(content=nowhere, static=nowhere, assets=nowhere, site=site)
    found = images.locate(roots, "posts/one.md", PAGE, name)
    assert found == Found(url=urls.absolute(site.rstrip("/") + "/", name.lstrip("/")))


def test_a_picture_replaced_by_one_of_the_same_time_and_size_is_changed(roots: Roots):
    file = put(roots.static / "a.png", b"one")
    os.utime(file, ns=(1, 1))
    stamp = images.stamp(roots, "one.md", "/a.png")
    other = put(roots.static / "b.png", b"two")
    os.utime(other, ns=(1, 1))
    other.replace(file)
    assert not images.unchanged(roots, "one.md", "/a.png", stamp)


@pytest.mark.parametrize(
    ("earlier", "changed"),
    [("content/posts/a.png", True), ("static/a.png", True), ("content/a.png", False), ("static/posts/a.png", False)],
)
def test_a_file_that_comes_before_it_changes_a_picture(roots: Roots, earlier: str, changed: bool):
    put(roots.assets / "a.png", b"one")
    stamp = images.stamp(roots, "posts/one.md", "a.png")
    put(roots.static.parent / earlier, b"one")
    assert images.unchanged(roots, "posts/one.md", "a.png", stamp) is not changed
    assert (images.stamp(roots, "posts/one.md", "a.png") == stamp) is not changed


def test_a_name_as_written_comes_before_the_decoded_one(roots: Roots):
    put(roots.assets / "a b.png", b"one")
    stamp = images.stamp(roots, "one.md", "/a%20b.png")
    assert images.unchanged(roots, "one.md", "/a%20b.png", stamp)
    put(roots.static / "a%20b.png", b"two")
    assert not images.unchanged(roots, "one.md", "/a%20b.png", stamp)


def test_a_folder_or_a_link_that_leads_out_takes_no_precedence(roots: Roots):
    put(roots.assets / "a.png", b"one")
    stamp = images.stamp(roots, "posts/one.md", "a.png")
    (roots.static / "a.png").mkdir()
    secret = put(roots.static.parent / "secret.png", b"x")
    (roots.content / "posts").mkdir()
    (roots.content / "posts/a.png").symlink_to(secret)
    assert images.unchanged(roots, "posts/one.md", "a.png", stamp)


def test_a_picture_elsewhere_never_changes(roots: Roots):
    assert images.unchanged(roots, "one.md", "https://cdn.example.net/a.png", "")
    assert not images.unchanged(roots, "one.md", "//cdn.example.net/a.png", "/site/a.png:1:1:1")
