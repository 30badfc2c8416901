"""The feeds over time: only what changed is written, what was removed leaves."""

from __future__ import annotations

TODAY = "2025-06-30T10:00:00+08:00"


def stamps(site):
    files = (file for file in (site.folder / "public").rglob("*") if file.is_file() and file.name != ".lock")
    return {file: file.stat().st_mtime_ns for file in files}


def test_a_second_build_writes_nothing_and_a_full_one_the_same_bytes(site):
    for name in ("one", "two", "three"):
        site.article(name, TODAY)
    first = site.json("build")
    assert first["written"] > 0
    assert isinstance(first["seconds"], float)
    before = stamps(site)
    again = site.json("build", now="2025-07-02T16:00:00+08:00")
    assert (again["written"], again["removed"]) == (0, 0)
    assert stamps(site) == before
    bytes_before = {file: file.read_bytes() for file in before}
    site.run("build", "--full")
    assert {file: file.read_bytes() for file in stamps(site)} == bytes_before


def test_a_removed_article_leaves_its_feeds_and_a_changed_one_changes_them(site):
    site.article("one", TODAY)
    site.article("two", TODAY, topics="[Cities]")
    site.run("build")
    assert len(site.items()) == 2
    (site.folder / "content/posts/two.md").unlink()
    site.article("one", TODAY, title="Another title")
    built = site.json("build")
    assert built["articles"] == 1
    assert built["removed"] > 0
    assert [item["title"] for item in site.items()] == ["Another title"]
    assert not (site.folder / "public/feeds/topics/cities").exists()


def test_strict_fails_for_an_error_and_not_for_a_warning(site):
    site.article("one", TODAY, featured_image="/nowhere.png")
    assert "is not there" in site.run("build", "--strict").out
    site.article("two", "")
    strict = site.run("build", "--strict", "--json", code=1)
    assert strict.data["problems"] == 1
    assert strict.data["warnings"] == 1
    assert site.run("build").code == 0


def test_drafts_future_and_expired_articles_wait_outside(site):
    site.article("now", TODAY)
    site.article("draft", TODAY, draft="true")
    site.article("later", "2025-07-01T10:00:00+08:00")
    site.article("gone", TODAY, expiryDate="2025-06-30T12:00:00+08:00")
    site.run("build")
    assert [item["title"] for item in site.items()] == ["Now"]
    listed = site.run("articles").out
    for name, state, why in (
        ("draft", "draft", "it is a draft"),
        ("later", "scheduled", "it appears on 2025-07-01 10:00"),
        ("gone", "expired", "it expired on 2025-06-30 12:00"),
    ):
        assert f"not shown: posts/{name}.md ({state})" in listed
        told = site.run("explain", f"posts/{name}.md").out
        assert told == f"posts/{name}.md: in no feed and no issue: {why}\n"
    site.run("build", now="2025-07-01T11:00:00+08:00")
    assert sorted(item["title"] for item in site.items()) == ["Later", "Now"]
