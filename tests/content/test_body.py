"""What a body and a picture tell."""

from __future__ import annotations

import hashlib
import pickle
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from content.shelf import HEAD, RULES, SHANGHAI, picture, read

from publisher.content import body
from publisher.content.article import Topic
from publisher.content.body import Body, Rendering, Site, Wanted, prefix, renderings, revision
from publisher.content.images import Roots
from publisher.content.outline import stamp
from publisher.content.parse import Draft

GUID = "tag:example.org,2025-06-30:posts/one"
TOO_DEEP = ">" * 300 + " x\n"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    for name in ("content/posts", "static", "assets"):
        (tmp_path / name).mkdir(parents=True)
    return Site(
        RULES,
        Roots(content=tmp_path / "content", static=tmp_path / "static", assets=tmp_path / "assets", site=RULES.site),
    )


def draft(text: str, rows: str = "") -> Draft:
    parsed = read(f"{HEAD}{rows}---\n{text}")
    assert parsed.draft is not None
    return parsed.draft


def rendered(text: str, site: Site, rows: str = "") -> Rendering:
    (made,) = renderings([Wanted("posts/one.md", write(site, f"{HEAD}{rows}---\n{text}"), GUID, "", False)], site)
    return made


def whole(text: str, site: Site, rows: str = "") -> tuple[Body, list[str]]:
    made = rendered(text, site, rows)
    assert made.body is not None
    return made.body, [str(problem).removeprefix("posts/one.md") for problem in made.problems]


def write(site: Site, data: str | bytes, name: str = "posts/one.md") -> str:
    file = site.roots.content / name
    file.write_bytes(data.encode() if isinstance(data, str) else data)
    return str(file)


# ---- one draft


def test_what_a_body_tells(site: Site):
    made, problems = whole(
        "> A lead that is long enough to be taken as the summary of all.\n\nText[^1].\n\n[^1]: Note\n",
        site,
        "lastmod: 2025-07-01T00:00:00Z\nminor: true\n",
    )
    assert problems == []
    assert made.summary == "A lead that is long enough to be taken as the summary of all."
    assert made.minutes == 1
    assert f'id="{prefix("posts/one.md")}' in made.html
    assert made.published == datetime(2025, 6, 30, tzinfo=SHANGHAI)
    assert made.updated == datetime(2025, 7, 1, tzinfo=UTC)
    assert (made.minor, made.withheld, made.image, made.reference, made.image_stamp) == (True, False, None, "", "")


def test_the_ids_of_two_articles_differ():
    assert prefix("a.md") != prefix("b.md")
    assert prefix("a.md") == prefix("a.md")
    assert prefix("中.md")[0] == "a"
    assert prefix("中.md")[-1] == "-"


@pytest.mark.parametrize("rows", ["", "summary: S\nimage: /none.jpg\n"])
def test_a_body_that_is_too_much_is_an_error_at_its_line(site: Site, rows: str):
    made = rendered(f"Text.\n\n{TOO_DEEP}", site, rows)
    assert made.body is None
    (problem,) = made.problems
    assert str(problem) == (
        f"posts/one.md:{7 + rows.count(chr(10))}: error: quotes are nested more than 200 deep; remove the surplus >"
    )
    assert problem.code == "body"


def test_a_body_that_is_too_long_is_an_error_at_its_first_line(site: Site):
    made = rendered("x" * 600_000, site)
    assert made.body is None
    assert [problem.line for problem in made.problems] == [5]


def test_a_warning_of_the_body_has_its_line_in_the_file(site: Site):
    _, problems = whole("Text.\n\nMore [^none].\n", site)
    assert [problem.partition(": warning")[0] for problem in problems] == [":7"]


@pytest.mark.parametrize(
    ("rows", "text", "told"),
    [
        ("", "", [":5: warning: neither text nor summary; write some, or draft: true"]),
        ("summary: S\n", "", []),
        ("draft: true\n", "", []),
        ("", "Text.\n", []),
    ],
)
def test_an_article_with_nothing_in_it(site: Site, rows: str, text: str, told: list[str]):
    assert whole(text, site, rows)[1] == told


def test_a_picture(site: Site):
    (site.roots.static / "a.png").write_bytes(picture("PNG"))
    made, problems = whole("Text.\n", site, "image: /a.png\nimage_alt: A\n")
    assert problems == []
    assert made.image is not None
    assert (made.image.url, made.image.alt, made.image.width) == ("https://example.org/a.png", "A", 8)
    assert (made.reference, bool(made.image_stamp)) == ("/a.png", True)


def test_a_picture_that_is_not_there_is_a_warning_at_its_line(site: Site):
    made, problems = whole("Text.\n", site, "x: y\nimage: /a.png\n")
    assert made.image is not None
    assert (made.image_stamp, made.image.local) == ("", False)
    assert problems == [":5: warning: '/a.png' is not there; put the file into the static folder or beside the article"]
    _, problems = whole("Text.\n", site, 'image: "javascript:x"\n')
    assert problems[0].startswith(":4: warning: 'javascript:x' ")


# ---- revisions


def test_a_revision_changes_with_all_that_a_reader_sees_and_with_nothing_else(site: Site):
    (site.roots.static / "a.png").write_bytes(picture("PNG"))
    made, _ = whole("Text.\n", site, "image: /a.png\n")
    first = draft("Text.\n", "image: /a.png\n")
    base = (first, GUID, "S", made.image, made.html)
    assert made.image is not None
    same = [
        (first._replace(weight=3), *base[1:]),
        (first._replace(line=9, minor=True, expires=first.published, updated=first.published), *base[1:]),
        (*base[:3], replace(made.image, file="/elsewhere/a.png"), base[4]),
    ]
    other = [
        (first._replace(title="T"), *base[1:]),
        (first._replace(url="https://example.org/x/"), *base[1:]),
        (first._replace(language="fr"), *base[1:]),
        (first._replace(authors=("Ann",)), *base[1:]),
        (first._replace(tags=("a",)), *base[1:]),
        (first._replace(topics=(Topic("a", "A"),)), *base[1:]),
        (first._replace(featured=False), *base[1:]),
        (first._replace(published=datetime(2025, 1, 1, tzinfo=UTC)), *base[1:]),
        (first._replace(published=None, withheld=True), *base[1:]),
        (first, "urn:x", *base[2:]),
        (*base[:2], "T", *base[3:]),
        (*base[:3], None, base[4]),
        (*base[:3], replace(made.image, alt="A"), base[4]),
        (*base[:3], replace(made.image, width=9), base[4]),
        (*base[:4], "<p>Other</p>"),
    ]
    assert {revision(*each) for each in same} == {revision(*base)}  # type: ignore[arg-type]
    assert len({revision(*base), *(revision(*each) for each in other)}) == len(other) + 1  # type: ignore[arg-type]


# ---- files


def test_files_are_rendered_and_those_that_are_gone_left_out(site: Site):
    data = f"{HEAD}---\nText.\n".encode()
    file = write(site, data)
    made = renderings(
        [Wanted("posts/one.md", file, GUID, "", False), Wanted("x.md", file + "x", GUID, "", False)], site
    )
    assert [each.path for each in made] == ["posts/one.md"]
    assert made[0].stamp == stamp(Path(file).stat())
    assert made[0].young == max(Path(file).stat().st_mtime_ns, Path(file).stat().st_ctime_ns)
    assert made[0].digest == hashlib.blake2b(data, digest_size=16).hexdigest()
    assert not made[0].same
    assert made[0].body is not None
    assert made[0].body.html == "<p>Text.</p>\n"
    assert pickle.loads(pickle.dumps(made)) == made


def test_equal_bytes_are_not_rendered_again_unless_they_must_be(site: Site, monkeypatch: pytest.MonkeyPatch):
    file = write(site, f"{HEAD}---\nText.\n")
    (first,) = renderings([Wanted("posts/one.md", file, GUID, "", False)], site)
    (again,) = renderings([Wanted("posts/one.md", file, GUID, first.digest, True)], site)
    assert again == first
    monkeypatch.setattr(body.parse, "parse", None)
    (same,) = renderings([Wanted("posts/one.md", file, GUID, first.digest, False)], site)
    assert same == Rendering(path="posts/one.md", stamp=first.stamp, young=first.young, digest=first.digest, same=True)


def test_what_cannot_be_read_is_told(site: Site):
    (made,) = renderings([Wanted("posts", str(site.roots.content / "posts"), GUID, "", False)], site)
    assert [str(problem) for problem in made.problems] == [
        "posts: error: cannot be read (Is a directory); check owner and permissions"
    ]
    assert (made.stamp, made.digest, made.body, made.same) == ("", "", None, False)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"---\ntitle: a: b\n---\n", []),
        (b"---\ntitle: One\ndate: 2025-06-30\n---\n" + b"x" * 9000 + b"\xff", ["posts/one.md:5: error: byte 9037 is not UTF-8; save the file as UTF-8"]),
    ],
)  # fmt: skip
def test_what_the_scan_tells_is_not_told_again(site: Site, data: bytes, told: list[str]):
    (made,) = renderings([Wanted("posts/one.md", write(site, data), GUID, "", False)], site)
    assert made.body is None
    assert [str(problem) for problem in made.problems] == told


def test_a_body_that_breaks_comes_with_its_problem(site: Site):
    (made,) = renderings([Wanted("posts/one.md", write(site, f"{HEAD}---\n{TOO_DEEP}"), GUID, "", False)], site)
    assert made.body is None
    assert made.digest
    assert [problem.code for problem in made.problems] == ["body"]


@pytest.mark.parametrize(
    ("name", "target", "address"),
    [
        ("two.md", "posts/two.md", "https://example.org/posts/two/"),
        ("two", "posts/two.md", "https://example.org/posts/two/"),
        ("two", "two.md", "https://example.org/two/"),
        ("/two", "two.md", "https://example.org/two/"),
        ("two", "posts/two/index.md", "https://example.org/posts/two/"),
        ("../two", "two.md", "https://example.org/two/"),
        ("two", "posts/two.markdown", "https://example.org/posts/two/"),
        ("/two", "posts/two.md", ""),
        ("../../two", "../two.md", ""),
        ("two", "posts/two.txt", ""),
    ],
)
def test_a_reference_to_another_article_has_its_address(site: Site, name: str, target: str, address: str):
    file = site.roots.content / target
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{HEAD}---\nText.\n", "utf-8")
    assert body.link("posts/one.md", site, name) == address
    made, _ = whole('See [this]({{< ref "two.md" >}}).\n', site)
    assert (address in made.html) or target != "posts/two.md"


def test_a_reference_to_a_file_that_is_no_article_has_none(site: Site):
    write(site, "---\n", "posts/two.md")
    assert body.link("posts/one.md", site, "two.md") == ""
