"""Every command: its result, its JSON, its exit code, and its errors, which are one line each."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys

import click
import pytest
from journeys.walk import ISSUE, NOW, Site, command, run

from publisher.cli.context import printable, progress
from publisher.cli.main import cli

TODAY = "2025-06-30T10:00:00+08:00"


def leaves(group, name=()):
    context = click.Context(group)
    for each in group.list_commands(context):
        found = group.get_command(context, each)
        if isinstance(found, click.Group):
            yield from leaves(found, (*name, each))
        else:
            yield (*name, each), found


COMMANDS = dict(leaves(cli))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A site with one sent issue; what is done to it changes nothing, or is undone by no test."""
    folder = tmp_path_factory.mktemp("commands") / "site"
    assert run(["init", str(folder), "--now", NOW]) == 0
    site = Site(folder)
    site.config("timezone: UTC", "timezone: Asia/Shanghai")
    site.article("tide", TODAY, title="潮汐 🌊", topics="[能源]")
    start = ["-c", str(folder / "config.yaml"), "--now", NOW]
    for words in (
        ["subscribers", "add", "a@example.net", "--confirmed", "--consent-text", "x"],
        ["build"],
        ["issue", "draft", "weekly"],
        ["issue", "approve", ISSUE],
        ["issue", "send", ISSUE],
    ):
        assert run([*start, *words]) == 0
    return folder


@pytest.fixture
def there(made, capsys):
    capsys.readouterr()
    return Site(made, capsys)


READING = {
    ("check",): (),
    ("build",): (),
    ("articles",): (),
    ("explain",): ("posts/tide.md",),
    ("issue", "list"): (),
    ("issue", "show"): (ISSUE,),
    ("issue", "check"): (ISSUE,),
    ("issue", "report"): (ISSUE, "--deliveries"),
    ("issue", "send"): (ISSUE,),
    ("issue", "preview"): (ISSUE, "--to", "look"),
    ("issue", "test"): (ISSUE, "desk@example.org"),
    ("run-due",): (),
    ("migrate",): (),
    ("subscribers", "show"): ("a@example.net",),
    ("subscribers", "export"): (),
    ("subscribers", "list"): ("--where", "status:active"),
    ("subscribers", "stats"): (),
}
LISTS = {
    ("check",),
    ("articles",),
    ("issue", "list"),
    ("issue", "check"),
    ("issue", "test"),
    ("run-due",),
    ("subscribers", "export"),
}


@pytest.mark.parametrize("name", READING, ids=" ".join)
def test_a_result_is_lines_for_people_or_json_alone(there, monkeypatch, name):
    monkeypatch.chdir(there.folder)
    plain = there.run(*name, *READING[name])
    assert plain.out
    assert plain.err == ""
    assert printable(plain.out.replace("\n", "").replace("\r", "")) == plain.out.replace("\n", "").replace("\r", "")
    data = there.run(*name, *READING[name], "--json")
    assert data.err == ""
    assert isinstance(data.data, list if name in LISTS else dict)
    if name in LISTS:
        assert all(isinstance(each, dict) for each in data.data)


def test_the_shapes_that_scripts_rely_on(there):
    assert set(there.json("build")) >= {"articles", "problems", "feeds", "written", "seconds"}
    report = there.json("issue", "report", ISSUE, "--deliveries")
    assert list(report)[:2] == ["issue", "state"]
    assert list(report["deliveries"][0]) == ["address", "state", "attempts", "reply", "at"]
    drafted = there.run("issue", "draft", "weekly", "--json", code=1)
    assert drafted.data == {"issue": None, "state": None, "stories": [], "left_out": []}
    assert len(drafted.errors) == 1


def test_a_draft_says_what_it_took_and_left(there, tmp_path):
    site = Site(tmp_path / "other", there.capsys)
    assert run(["init", str(site.folder), "--now", NOW]) == 0
    draft = site.json("issue", "draft", "weekly")
    assert list(draft) == ["issue", "state", "stories", "left_out"]
    assert (draft["issue"], draft["state"]) == (ISSUE, "draft")
    assert sorted(each["article"] for each in draft["stories"]) == ["posts/hello.md", "posts/ni-hao.md"]
    assert site.json("issue", "draft", "weekly") == draft, "an open one is shown, not doubled"
    assert site.run("issue", "draft", "weekly").out == f"{ISSUE}\n", "for a script's $( )"
    left = site.json("issue", "edit", ISSUE, "--exclude", "hello.md")
    assert left["state"] == "draft"
    again = site.json("issue", "draft", "weekly")
    assert [(each["article"], each["reason"]) for each in again["left_out"]] == [("posts/hello.md", "excluded")]


@pytest.fixture
def unreadable(tmp_path, capsys):
    """A new site with an article whose head is good and whose text nobody can render."""
    site = Site(tmp_path / "unreadable", capsys)
    assert run(["init", str(site.folder), "--now", NOW]) == 0
    head = f"---\ntitle: Deep\ndate: {TODAY}\nsummary: S\ntags: [sea]\n---\n"
    site.write("content/posts/deep.md", f"{head}{'>' * 3000} x\n")
    return site


def test_articles_lists_what_cannot_be_rendered_too_and_renders_nothing(unreadable):
    site = unreadable
    listed = site.run("articles")
    assert "posts/deep.md" in listed.out
    assert listed.err == ""
    assert site.run("articles", "--tag", "sea").out.count("posts/deep.md") == 1
    assert "deep.md" not in site.run("articles", "--problems").out, "nobody has looked at its text yet"
    data = {each["path"]: each for each in site.json("articles")}
    deep, hello = data["posts/deep.md"], data["posts/hello.md"]
    assert {key for key, value in deep.items() if value is None} == {"updated", "summary", "image"}
    assert (deep["title"], deep["tags"]) == ("Deep", ["sea"])
    assert hello["summary"]
    assert hello["updated"]
    assert list(deep) == list(hello)
    assert "posts/deep.md:7: error: quotes are nested more than 200 deep" in site.run("articles", "--problems").out


def test_a_text_that_cannot_be_rendered_is_told_by_each_command_that_needs_it(unreadable):
    site = unreadable
    told = "posts/deep.md:7: error: quotes are nested more than 200 deep; remove the surplus >"
    assert told in site.run("check", code=1).out
    assert told in site.run("build").out
    assert told in site.run("build", "--strict", code=1).out
    draft = site.json("issue", "draft", "weekly")
    assert "posts/deep.md" not in {each["article"] for each in draft["stories"]}
    assert {"article": "posts/deep.md", "reason": "unreadable"} in [
        {"article": each["article"], "reason": each["reason"]} for each in draft["left_out"]
    ]
    said = site.run("issue", "show", ISSUE).out
    assert "its text cannot be rendered; 'publisher check' names the line" in said
    assert "feeds: in none, for its text cannot be rendered" in site.run("explain", "deep").out


@pytest.mark.parametrize("name", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(name, capsys):
    assert run([*name, "--help"]) == 0
    text = capsys.readouterr().out
    assert text.startswith(f"Usage: publisher {' '.join(name)} ")
    summary = COMMANDS[name].get_short_help_str(60)
    assert summary
    assert not summary.endswith("…")
    assert not summary.endswith("..."), "the list of commands cuts it"
    assert "--now" not in text, "hidden"
    for option in COMMANDS[name].params:
        if isinstance(option, click.Option) and not option.hidden:
            assert option.help, option.name


def test_options_stand_before_or_after_the_command(made, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    config = ["-c", str(made / "config.yaml")]
    late = ["--now", "2025-07-01T16:00:00+08:00"]
    for line in (
        [*config, *late, "articles", "--since", "1d", "--json"],
        ["articles", "--json", "--since", "1d", *late, *config],
    ):
        assert run(line) == 0
        assert json.loads(capsys.readouterr().out) == []
    assert run(["issue", *config, "--json", "list"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["issue"] == ISSUE
    assert run(["-c", "nowhere.yaml", *late, "articles", *config]) == 0, "the later one counts"


USAGE = [
    (["isue"], "No such command 'isue'. Did you mean 'issue'?"),
    (["issue", "aprove", "x"], "No such command 'aprove'. Did you mean 'approve'?"),
    (["build", "--strct"], "No such option '--strct'. Did you mean '--strict'?"),
    (["frobnicate"], "No such command 'frobnicate'; see 'publisher --help'"),
    (["issue", "show"], "Missing argument 'ID'; see 'publisher issue show --help'"),
    (["issue", "skip", "x"], "Missing option '--why'; see 'publisher issue skip --help'"),
    (["issue", "retry", "x"], "say which: --failed or --uncertain; see 'publisher issue retry --help'"),
    (
        ["build", "--now", "noon"],
        "Invalid value for --now: 'noon' is not a moment; write for example 2025-06-30T08:00:00+08:00; see 'publisher build --help'",
    ),
    (
        ["--now", "2025-06-30T08:00:00", "build"],
        "Invalid value for --now: '2025-06-30T08:00:00' is not a moment; write for example 2025-06-30T08:00:00+08:00; see 'publisher --help'",
    ),
    (
        ["subscribers", "add", "a@b.example", "--format", "pdf"],
        "Invalid value for '--format': 'pdf' is not one of 'html', 'text'",
    ),
    (
        ["build", "-c", "nowhere.yaml"],
        "nowhere.yaml: no such file; make a new site with 'publisher init DIR', or name the file with -c",
    ),
    (["serve", "--listen", "here"], "'here' is not an address to listen at; write for example 127.0.0.1:8000"),
    (["articles", "--since", "soon"], "Invalid value for --since"),
    (["articles", "--since", "2025-02-30"], "Invalid value for --since"),
]


@pytest.mark.parametrize(("line", "told"), USAGE, ids=[" ".join(line) for line, _ in USAGE])
def test_wrong_usage_is_one_line_and_2(made, monkeypatch, capsys, line, told):
    monkeypatch.chdir(made)
    assert run(line) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"publisher: {told}")
    assert captured.err.count("\n") == 1


REFUSED = [
    (["issue", "show", "weekly-1999-01-01"], f"no issue weekly-1999-01-01; the latest are {ISSUE}"),
    (["issue", "draft", "weakly"], "no newsletter 'weakly'; there is weekly"),
    (
        ["issue", "draft", "weekly", "--schedule", "hourly"],
        "newsletter weekly has no schedule 'hourly'; there is weekly",
    ),
    (["issue", "pause", ISSUE], f"issue {ISSUE} is sent and cannot become paused"),
    (["issue", "edit", ISSUE, "--subject", "x"], f"issue {ISSUE} is sent and cannot be changed; draft a new one"),
    (["issue", "skip", ISSUE, "--why", "x"], f"issue {ISSUE} is sent and cannot become skipped"),
    (["issue", "approve", ISSUE], f"issue {ISSUE} is sent"),
    (["subscribers", "show", "x@example.net"], "no reader x@example.net; 'publisher subscribers export' lists all"),
    (["subscribers", "show", "nobody"], "'nobody' is no e-mail address"),
    (["explain", "nothere.md"], "no article nothere.md; 'publisher articles' lists them; paths start at content.path"),
    (["articles", "--topic", "ships"], "no article has the topic 'ships'; there is "),
    (["issue", "show", "a\x1b[31m\nb"], "no issue a\\x1b[31m b"),
]


@pytest.mark.parametrize(("line", "told"), REFUSED, ids=range(len(REFUSED)))
def test_a_refusal_is_one_line_and_1(there, line, told):
    done = there.run(*line, code=1)
    assert done.out == ""
    assert done.err.startswith(f"publisher: {told}")
    assert done.err.count("\n") == 1
    assert there.run(*line, "--json", code=1).out == ""


def test_debug_adds_the_traceback_before_the_line(there):
    done = there.run("issue", "show", "nothing", code=1)
    there.capsys.readouterr()
    assert run(["-c", str(there.folder / "config.yaml"), "issue", "show", "nothing", "--debug"]) == 1
    err = there.capsys.readouterr().err
    assert "Traceback (most recent call last)" in err
    assert err.endswith(done.err)


def test_a_defect_of_ours_is_told_as_one(there, monkeypatch):
    def broken(*args, **options):
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("publisher.content.scan.scan", broken)
    done = there.run("build", code=1)
    assert done.errors == [
        "publisher: ZeroDivisionError: division by zero; this is a defect: run it with --debug and report what it says"
    ]


def test_ctrl_c_says_that_nothing_is_lost(there, monkeypatch):
    def interrupted(*args, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("publisher.content.scan.scan", interrupted)
    done = there.run("build", code=1)
    assert done.err.strip() == "publisher: stopped; nothing is lost: run the command again to go on"


def test_nothing_named_is_help_and_wrong_usage(capsys):
    assert run([]) == 2
    assert "Begin with: publisher init my-site" in capsys.readouterr().err
    assert run(["issue"]) == 2
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("publisher 0.")


def test_a_new_site_says_what_comes_next_and_overwrites_nothing(tmp_path, capsys):
    place = tmp_path / "my site"
    assert run(["init", str(place), "--now", NOW]) == 0
    out = capsys.readouterr().out
    assert f"next: cd '{place}' && publisher check && publisher build" in out
    files = sorted(path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file())
    assert files == ["config.yaml", "content/posts/hello.md", "content/posts/ni-hao.md"]
    assert run(["init", str(place)]) == 1
    assert capsys.readouterr().err == (
        f"publisher: {place}/config.yaml is there already; choose another folder; nothing was changed\n"
    )
    assert run(["check", "-c", str(place / "config.yaml"), "--now", NOW]) == 0
    assert capsys.readouterr().out == "0 errors, 0 warnings\n"


# -- as a shell sees it


def test_output_is_utf_8_in_any_locale_and_has_no_control_characters(made):
    locale = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = command("--now", NOW, "articles", cwd=made, env=locale)
    assert done.code == 0
    assert "潮汐 🌊" in done.out
    assert "能源" in done.out
    assert printable(done.out.replace("\n", "")) == done.out.replace("\n", "")
    assert done.err == ""


def test_a_reader_that_stops_reading_is_no_error(made):
    for words in (["articles"], ["subscribers", "export"]):
        reading, writing = os.pipe()
        os.close(reading)
        ended = subprocess.run(
            [sys.executable, "-m", "publisher", "--now", NOW, *words],
            cwd=made,
            stdout=writing,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
        os.close(writing)
        assert ended.stderr == b""
        assert ended.returncode == 1


def test_an_article_whose_name_is_not_utf_8_ends_no_command(tmp_path, capsys):
    site = Site(tmp_path / "odd", capsys)
    assert run(["init", str(site.folder), "--now", NOW]) == 0
    with open(os.fsencode(site.folder / "content" / "posts") + b"/gr\xfc\xdfe.md", "wb") as file:
        file.write(b"no head")
    done = site.run("check", code=None)
    assert done.code in {0, 1}
    assert "defect" not in done.err
    assert "the file's name is not UTF-8; rename it" in done.out


def test_on_a_terminal_a_bar_moves_and_leaves_nothing(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)
    with progress("feeds") as move:
        move(1, 2)
        move(2, 2)
    assert "feeds" in screen.getvalue()
    assert screen.getvalue().endswith("\x1b[2K"), "the bar is wiped"


def test_printable_shows_what_a_terminal_would_obey():
    assert printable("a\x1b[2Jb\x9bc\u2028d\ne") == "a\\x1b[2Jb\\x9bc\\u2028d e"
    assert printable("👩\u200d🔬 全角\u3000空格") == "👩\u200d🔬 全角\u3000空格"
