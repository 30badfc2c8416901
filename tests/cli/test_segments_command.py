"""``subscribers list``, and ``--where`` of the commands that take it."""

from __future__ import annotations

import pytest
from journeys.walk import NOW, Site, run


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("segments") / "site"
    assert run(["init", str(folder), "--now", NOW]) == 0
    site = Site(folder)
    start = [
        "-c",
        str(folder / "config.yaml"),
        "--now",
        NOW,
        "subscribers",
        "add",
        "--confirmed",
        "--consent-text",
        "x",
    ]
    for address, language in (("li@qq.com", "zh-CN"), ("ann@example.org", "en"), ("bo@example.org", "")):
        assert run([*start, address, "--language", language]) == 0
    return site.folder


@pytest.fixture
def there(made, capsys):
    return Site(made, capsys)


def test_the_readers_in_columns(there):
    lines = there.run("subscribers", "list").out.splitlines()
    assert lines[0].split() == ["address", "status", "topics", "newsletter", "schedule", "language", "joined"]
    assert lines[1].split() == ["li@qq.com", "active", "all", "all", "-", "zh-CN", "2025-06-30"]
    assert lines[-1] == "3 readers"


def test_only_some_of_them(there):
    found = there.json("subscribers", "list", "--where", "domain:example.org and not language:de")
    assert found["total"] == 2
    assert [each["email"] for each in found["readers"]] == ["ann@example.org", "bo@example.org"]
    assert found["readers"][0] | {"id": 0} == {
        "id": 0,
        "email": "ann@example.org",
        "name": "",
        "status": "active",
        "topics": "",
        "newsletter": "",
        "schedule": "",
        "language": "en",
        "joined": found["readers"][0]["joined"],
    }
    assert there.run("subscribers", "list", "--where", "joined before 1d ago").out == "0 readers\n"


def test_so_many_at_most(there, monkeypatch):
    monkeypatch.setattr("publisher.cli.segments.PAGE", 1)
    lines = there.run("subscribers", "list", "--limit", "2").out.splitlines()
    assert [line.split()[0] for line in lines[1:3]] == ["li@qq.com", "ann@example.org"]
    assert lines[3:] == ["3 readers, the first 2 shown: --limit shows more, 'subscribers export' writes all"]
    assert len(there.json("subscribers", "list", "--limit", "9")["readers"]) == 3


def test_counts_and_exports_of_some(there):
    assert there.json("subscribers", "stats", "--where", "language:zh")["languages"] == {"zh-CN": 1}
    assert there.json("subscribers", "stats")["languages"] == {"": 1, "en": 1, "zh-CN": 1}
    lines = there.run("subscribers", "export", "--where", "email:ann@*").out.splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("ann@example.org,")


@pytest.mark.parametrize("command", ["list", "stats", "export"])
def test_a_mistake_is_one_line(there, command):
    done = there.run("subscribers", command, "--where", "topic:chips and topik:ai", code=2)
    assert done.errors == [
        "publisher: Invalid value for --where: column 17: 'topik' is no field; did you mean topic?; the words are in docs/segments.md"
    ]
    assert done.out == ""


def test_only_readers_of_a_status(there):
    assert (
        there.json("subscribers", "list", "--status", "active", "--where", "domain:qq.com or language:de")["total"] == 1
    )
    assert there.json("subscribers", "list", "--status", "pending")["total"] == 0


@pytest.fixture
def named(tmp_path, capsys, monkeypatch):
    """Runs ``subscribers …`` on a site that names its topics: the exit code and what it complained of."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "content").mkdir()
    text = """
site: {title: T, url: "https://news.example.org/", language: en}
content: {path: content}
topics: {chips: {title: Chips}, ai: {title: AI News}, old: {title: Old}}
newsletters: {weekly: {title: W, from: "W <w@example.org>"}}
"""
    config = tmp_path / "config.yaml"
    config.write_text(text, "utf-8")
    words = ["--confirmed", "--consent-text", "x", "--topics", "old"]
    assert run(["subscribers", "add", "a@example.org", *words]) == 0
    config.write_text(text.replace(", old: {title: Old}", ""), "utf-8")

    def call(where):
        capsys.readouterr()
        code = run(["subscribers", "list", "--where", where])
        return code, capsys.readouterr().err.strip()

    return call


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ("not topic:chps", "the site has no topic 'chps'; did you mean chips?"),
        ("newsletter:wekly", "the site has no newsletter 'wekly'; did you mean weekly?"),
        ('topic:"AI News"', "did you mean ai?"),
        ("schedule:dayly", "the site has no schedule 'dayly'; "),
    ],
)
def test_names_that_the_site_does_not_have_are_mistakes(named, where, told):
    code, err = named(where)
    assert code == 2
    assert told in err
    assert err.endswith("docs/segments.md")


def test_a_topic_that_some_reader_still_has_is_found(named):
    assert named("topic:old") == (0, "note: the site has no topic 'old' any more; some readers have it")
    assert named("topic:CHIPS") == (0, "")
