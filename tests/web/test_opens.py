"""The picture that counts opens: in mails only where it is wanted, shown whatever its code is; who asked is judged."""

from __future__ import annotations

import email
import email.policy
import json
import re
import shutil
from datetime import timedelta

import pytest
import sqlalchemy as sa
from PIL import Image
from starlette.testclient import TestClient
from web import sent_site
from web.sent_site import ISSUE, NOW

from publisher.app import App
from publisher.cli.main import run
from publisher.delivery import link
from publisher.delivery.store import PICTURE, click_table
from publisher.issues import store
from publisher.web.click import GIF
from publisher.web.site import application
from subscribers import store as readers

AGENT = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
PROXY = {"user-agent": "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"}


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """The site of ``sent_site``, which counts clicks and opens, but not whose."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sent_site, "CONFIG", f"{sent_site.CONFIG}tracking: {{clicks: true, opens: true}}\n")
        return sent_site.build(tmp_path_factory.mktemp("opened") / "site")


@pytest.fixture
def site(opened, tmp_path):
    shutil.copytree(opened.parent, tmp_path / "site")
    app = App.open(tmp_path / "site" / "config.yaml", start=NOW + timedelta(hours=1))
    yield app
    app.close()


@pytest.fixture
def client(site):
    visitor = TestClient(application(site), follow_redirects=False, raise_server_exceptions=False)
    visitor.headers.clear()
    return visitor


def code(site, address="li@example.org"):
    with site.database.read() as connection:
        return link.click(site.keys, readers.by_address(connection, address).id, store.get(connection, ISSUE).serial)


def kept(site):
    columns = [click_table.c[name] for name in ("story", "reader", "method", "agent", "verdict")]
    with site.database.read() as connection:
        return [tuple(row) for row in connection.execute(sa.select(*columns).order_by(click_table.c.id))]


def mail(config, address):
    (file,) = (config.parent / "outbox").glob(f"{address}.*.eml")
    return email.message_from_bytes(file.read_bytes(), policy=email.policy.default)


def pictures(message):
    return re.findall(r'<img src="(https://[^"]*/o/[^"]*)"[^>]*>', message.get_body(("html",)).get_content())


def test_a_mail_holds_one_picture_with_the_reader_s_own_code(site, client):
    for address in ("li@example.org", "mara@example.org"):
        message = mail(site.config.path, address)
        assert pictures(message) == [f"https://news.tide.example.org/o/{code(site, address)}.gif"]
        assert "/o/" not in message.get_body(("plain",)).get_content()
    assert "/o/" not in client.get(f"/archive/{ISSUE}").text, "no page counts its visitors"


def test_no_mail_holds_one_where_none_is_wanted(sent):
    assert pictures(mail(sent, "li@example.org")) == []


def test_the_picture_is_a_point_that_nobody_keeps(site, client, tmp_path):
    answer = client.get(f"/o/{code(site)}.gif", headers=AGENT)
    assert (answer.status_code, answer.headers["content-type"], answer.content) == (200, "image/gif", GIF)
    assert answer.headers["cache-control"] == "no-store"
    assert not {"set-cookie", "etag"} & set(answer.headers)
    assert len(GIF) == 43
    (tmp_path / "o.gif").write_bytes(GIF)
    with Image.open(tmp_path / "o.gif") as picture:
        assert (picture.size, picture.convert("RGBA").getpixel((0, 0))[3]) == ((1, 1), 0)


@pytest.mark.parametrize("stranger", ["test", "preview", "x", "%00", "a" * 500])
def test_a_code_that_is_none_is_a_picture_too_and_counts_nothing(site, client, stranger):
    assert client.get(f"/o/{stranger}.gif", headers=AGENT).content == GIF
    assert kept(site) == []


def test_opens_and_clicks_are_judged_and_nobody_is_named(site, client):
    mine = code(site)
    for path, headers in ((f"/o/{mine}.gif", AGENT), (f"/o/{mine}.gif", PROXY), (f"/r/1-0/{mine}", AGENT)):
        client.get(path, headers=headers)
    client.head(f"/o/{mine}.gif", headers=AGENT)
    client.get(f"/o/{mine}.gif", headers=AGENT | {"sec-purpose": "prefetch"})
    assert kept(site) == [
        (PICTURE, None, "GET", "", "human"),
        (PICTURE, None, "GET", "", "proxy"),
        (0, None, "GET", "", "human"),
        (PICTURE, None, "HEAD", "", "scanner"),
        (PICTURE, None, "GET", "", "scanner"),
    ]
    with site.database.read() as connection:
        (visitor,) = set(connection.execute(sa.select(click_table.c.visitor)).scalars())
    assert visitor and "li@" not in visitor


def test_nothing_is_counted_where_that_was_switched_off(site, client):
    file = site.config.path
    file.write_text(file.read_text("utf-8").replace("opens: true", "opens: false"), encoding="utf-8")
    silent = App.open(file, start=NOW)
    visitor = TestClient(application(silent))
    assert visitor.get(f"/o/{code(silent)}.gif", headers=AGENT).content == GIF
    assert kept(silent) == []
    silent.close()


def test_the_report_tells_persons_from_programs(site, client, capsys):
    mine, other = code(site), code(site, "mara@example.org")
    for token in (mine, mine, other):
        client.get(f"/r/1-0/{token}", headers=AGENT)
    client.head(f"/r/1-0/{other}", headers=AGENT)
    client.get(f"/o/{mine}.gif", headers=PROXY)
    capsys.readouterr()
    assert run(["-c", str(site.config.path), "issue", "report", ISSUE, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["clicks"] == {"human": {"count": 3, "readers": 2}, "scanner": {"count": 1, "readers": 1}}
    assert told["opens"] == {"proxy": {"count": 1, "readers": 1}}
    assert run(["-c", str(site.config.path), "issue", "report", ISSUE]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "clicks: 3 human (2 readers), 1 scanner (1 reader)" in lines
    assert "opens: 1 proxy (1 reader)" in lines
