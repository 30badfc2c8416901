"""The way of hostile articles from a folder to mails and pages, by the commands and the web application."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from attacks import corpus, harmless, hostile_site
from attacks.harmless import (
    HEAD,
    INTRO_TAGS,
    assert_head,
    assert_inert,
    assert_no_marks,
    assert_refolds,
    assert_text,
    assert_wire,
)
from starlette.testclient import TestClient

from publisher.app import App
from publisher.text import one_line, title_key
from publisher.web.site import application

ENCODINGS = ("base64", "8bit", "quoted-printable")
OURS = [field for field in HEAD if field != "Reply-To"]
MORE = frozenset({"id", "decoding", "loading"})
TOKEN = re.compile(r"/([uip])/([\w-]{20,})")


@dataclass(frozen=True)
class Sent:
    """A site whose issues went out."""

    config: Path
    turn: int
    encoding: str

    def mails(self) -> dict[str, bytes]:
        return {file.name: file.read_bytes() for file in sorted((self.config.parent / "outbox").glob("*.eml"))}


@pytest.fixture(scope="module", params=range(3), ids=ENCODINGS)
def sent(request, tmp_path_factory):
    turn = request.param
    config = hostile_site.build(tmp_path_factory.mktemp("enemy") / "site", ENCODINGS[turn], turn)
    hostile_site.send(config, turn)
    return Sent(config, turn, ENCODINGS[turn])


@pytest.fixture(scope="module")
def client(sent):
    app = App.open(sent.config, start=hostile_site.moment())
    visitor = TestClient(application(app), follow_redirects=False)
    visitor.headers.clear()
    yield visitor
    app.close()


def test_every_reader_has_a_message_of_ours(sent):
    mails = sent.mails()
    assert mails
    senders = set()
    for name, raw in mails.items():
        old, new = assert_wire(raw)
        assert_head(old, new, head=OURS)
        assert [each.addr_spec for each in new["From"].addresses] == ["news@tide.example.org"]
        senders.add(str(new["To"].addresses[0].addr_spec))
        text, document = harmless.bodies(old)
        root = assert_inert(document, tags=INTRO_TAGS, more=MORE)
        assert_text(text)
        assert_no_marks(document, text)
        encodings = {part["content-transfer-encoding"] for part in old.get_payload()}
        assert encodings <= {sent.encoding, "quoted-printable"} and (
            sent.encoding != "base64" or encodings == {"base64"}
        )
        (unsubscribe,) = re.findall(r"^<(https://news\.tide\.example\.org/u/[\w-]+)>$", old["List-Unsubscribe"])
        assert root.xpath("//@href").count(unsubscribe) == 1
        assert document.count(unsubscribe) == text.count(unsubscribe) == 1, name
        assert {kind: len({token for found, token in TOKEN.findall(document + text) if found == kind}) for kind in "uip"} == dict.fromkeys("uip", 1)  # fmt: skip
    assert senders == {f"r{number}@example.org" for number in range(6)} | {"{{7*7}}@example.org", "/etc/passwd@example.org", "a&b@example.org", "aa@example.org"}  # fmt: skip # the last is 用户


def test_a_relay_may_write_a_head_anew(sent):
    seen = set()
    for raw in sent.mails().values():
        head = raw.partition(b"\r\n\r\n")[0]
        subject = re.search(rb"(?s)\r\nSubject: (.*?)\r\nTo:", head)
        if subject and subject[1] not in seen:
            seen.add(subject[1])
            assert_refolds(raw, OURS)
    assert seen


def test_a_preview_is_what_is_sent(sent):
    made = list((sent.config.parent / "preview").glob("*/message.eml"))
    assert len(made) == 4  # two languages, and text in both
    for file in made:
        old, new = assert_wire(file.read_bytes())
        assert_head(old, new, head=OURS)
        shown = [(file.parent / name).read_bytes().decode() for name in ("digest.txt", "digest.html")]
        assert harmless.bodies(old) == shown


def pages(sent, client):
    """Every public page of an issue, and some readers' own, with the address of each."""
    found = {f"/archive/{hostile_site.issue(section)}": True for section in hostile_site.sections(sent.turn)}
    for name, raw in sent.mails().items():
        if name.startswith(("r0", "r1", "r4", "r5")):
            old, _ = assert_wire(raw)
            (view,) = {token for kind, token in TOKEN.findall(harmless.bodies(old)[0]) if kind == "i"}
            found[f"/i/{view}"] = False
    return found


def test_every_page_is_inert(sent, client):
    for path, public in pages(sent, client).items():
        answer = client.get(path)
        assert answer.status_code == 200, path
        policy = answer.headers["content-security-policy"]
        assert "script-src" not in policy
        assert "'unsafe" not in policy
        assert "evil.example" not in policy
        root = assert_inert(answer.text, tags=INTRO_TAGS, more=MORE)
        assert not harmless.comments(root)
        assert_no_marks(answer.text)
        kinds = {kind for kind, _ in TOKEN.findall(answer.text)}
        assert kinds == (set() if public else {"u", "p"})
        assert "example.org.eml" not in answer.text
        assert not public or not re.search(r"r\d@example\.org", answer.text)
    for path in ("/archive/", "/", "/feeds/"):
        answer = client.get(path)
        root = harmless.parsed(answer.text)
        assert not root.xpath("//iframe | //object | //svg[@onload] | //*[@*[starts-with(name(), 'on')]]")
        assert not root.xpath("//script[not(@src)] | //script[not(starts-with(@src, '/') or @src = 'feeds.js')]")
        assert not [link for link in root.xpath("//@href | //@src") if re.match(r"\s*(javascript|data:text|vbscript)", link, re.IGNORECASE)]  # fmt: skip


def test_one_bad_article_never_stops_the_rest(sent, client):
    """Each issue has its harmless stories, and every hostile one that the reader of articles takes says what it says."""
    for section, heads in hostile_site.sections(sent.turn).items():
        root = harmless.parsed(client.get(f"/archive/{hostile_site.issue(section)}").text)
        said = harmless.words(root)
        for number in range(2):
            assert f"Harmless {section} {number}" in said
        # Of two titles that say the same without their signs one is left out: that is no fault.
        told = (
            {title_key(one_line(head["title"])) for head in heads.values() if one_line(head["title"]) in said}
            if section != "types"
            else set()
        )
        missing = [
            name
            for name, head in heads.items()
            if section != "types" and title_key(one_line(head["title"])) not in told
        ]
        assert not missing
        if section == "types":
            assert {"Picture", "Pixel", "Language", "Weight"} <= set(said.split())
            assert len(root.xpath("//h3")) >= 10


SEEN = """addEventListener('load', () => {
  const bad = d => d.title === 'pwned' || d.querySelector('script, iframe, object, embed, form, base, svg, math') ||
    [...d.querySelectorAll('*')].some(e => [...e.attributes].some(a => a.name.startsWith('on')));
  document.body.dataset.ran = [...document.querySelectorAll('iframe')].map(f => bad(f.contentDocument) ? 1 : 0).join();
})"""


@pytest.mark.browser
def test_a_browser_runs_nothing(sent, client, tmp_path):
    """The mails and pages of all issues as one file, each in a frame with scripts on: nothing of theirs runs."""
    shown = [client.get(path).text for path, public in pages(sent, client).items() if public]
    for raw in list(sent.mails().values())[:6]:
        shown.append(harmless.bodies(assert_wire(raw)[0])[1])
    frames = "".join(f'<iframe srcdoc="{corpus.quoted(each)}"></iframe>' for each in shown)
    script = f"<script>{SEEN}<{'/'}script>"
    file = tmp_path / "all.html"
    file.write_text(
        f"<!DOCTYPE html><meta charset=utf-8><title>fine</title><body>{frames}{script}",
        encoding="utf-8",
        errors="replace",
    )
    chromium = shutil.which("chromium") or "chromium"
    flags = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--host-resolver-rules=MAP * ~NOTFOUND",
    ]
    done = subprocess.run([chromium, *flags, f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=4000", "--dump-dom", file.as_uri()], capture_output=True, timeout=90, check=True)  # fmt: skip
    dom = done.stdout.decode("utf-8", "replace")
    assert "<title>fine</title>" in dom
    (ran,) = re.findall(r'data-ran="([^"]*)"', dom)
    assert ran == ",".join(["0"] * len(shown))
