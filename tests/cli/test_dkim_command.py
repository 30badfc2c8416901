"""``dkim new``: a key that only its owner reads, a record and lines that are right as they are printed."""

from __future__ import annotations

import json
import re
import stat

import pytest

from publisher.cli.main import run
from publisher.config import load as load_config
from publisher.config import value
from publisher.digest import dkim

NOW = ["--now", "2026-11-22T08:00:00Z"]


@pytest.fixture
def new(tmp_path, monkeypatch, capsys):
    """Runs ``dkim new`` in an empty folder: its exit code, output and errors."""
    monkeypatch.chdir(tmp_path)

    def ran(*words, code=0):
        capsys.readouterr()
        assert run([*NOW, "dkim", "new", *words]) == code
        return capsys.readouterr()

    return ran


def test_the_key_is_kept_for_its_owner_alone(new, tmp_path):
    out = new("Example.ORG").out
    file = tmp_path / "secrets" / "example.org.p202611.pem"
    assert [each.name for each in (tmp_path / "secrets").iterdir()] == [file.name]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert file.read_text("ascii").startswith("-----BEGIN PRIVATE KEY-----\n")
    key = dkim.load("example.org", "p202611", file.read_bytes())
    assert (key.algorithm, key.bits) == (dkim.Algorithm.RSA, 2048)
    assert "PRIVATE" not in out
    assert file.read_text("ascii").splitlines()[1] not in out


def test_what_is_printed_is_the_record_whole_and_in_strings(new, tmp_path):
    out = new("example.org").out
    key = dkim.load("example.org", "p202611", (tmp_path / "secrets/example.org.p202611.pem").read_bytes())
    assert "name   p202611._domainkey.example.org\n" in out
    assert "type   TXT\n" in out
    assert f"value  {dkim.public_record(key)}\n" in out
    line = re.search(r"^ +(p202611\._domainkey\.example\.org\. IN TXT \( .* \))$", out, re.MULTILINE)
    strings = re.findall(r'"([^"]*)"', line[1])
    assert "".join(strings) == dkim.public_record(key)
    assert [len(each) for each in strings] == [255, 155]


@pytest.mark.parametrize("words", [[], ["--selector", "no"], ["--selector", "20261101"], ["--selector", "1e5"]])
@pytest.mark.parametrize("folder", [[], ["--folder", "my keys, all"], ["--folder", "1: x"]])
def test_the_lines_for_the_config_can_be_pasted(new, tmp_path, words, folder):
    out = new("example.org", *words, *folder).out
    lines = out[out.index("   delivery:\n") :]
    (tmp_path / "config.yaml").write_text(
        f"site: {{title: T, url: https://example.org}}\n{re.sub('(?m)^   ', '', lines)}", encoding="utf-8"
    )
    entry = load_config(tmp_path / "config.yaml", {}).delivery.dkim[0]
    assert entry.selector == (words[1] if words else "p202611")
    assert dkim.load(entry.domain, entry.selector, entry.key_file.text).domain == "example.org"


def test_the_shape_that_scripts_rely_on(new, tmp_path):
    data = json.loads(new("example.org", "--ed25519", "--json").out)
    key = dkim.load("example.org", "p202611e", (tmp_path / data["file"]).read_bytes())
    assert data == {
        "domain": "example.org",
        "selector": "p202611e",
        "algorithm": "ed25519-sha256",
        "bits": 256,
        "file": "secrets/example.org.p202611e.pem",
        "record": {
            "name": "p202611e._domainkey.example.org",
            "type": "TXT",
            "value": dkim.public_record(key),
            "zone": dkim.zone_line(key),
        },
        "config": {
            "domain": "example.org",
            "selector": "p202611e",
            "key_file": "secrets/example.org.p202611e.pem",
        },
    }


def test_other_letters_become_their_ascii_form(new, tmp_path):
    data = json.loads(new("新闻.Example", "--json").out)
    assert data["domain"] == "xn--efvy88h.example"
    assert data["record"]["name"] == "p202611._domainkey.xn--efvy88h.example"
    assert (tmp_path / "secrets/xn--efvy88h.example.p202611.pem").is_file()


def test_a_key_is_never_overwritten(new, tmp_path):
    new("example.org", "--selector", "s1")
    before = (tmp_path / "secrets/example.org.s1.pem").read_bytes()
    done = new("example.org", "--selector", "S1", code=1)
    assert done.out == ""
    assert done.err == (
        "publisher: secrets/example.org.s1.pem is there already; "
        "a key in use must not be lost: name another --selector or --folder\n"
    )
    assert (tmp_path / "secrets/example.org.s1.pem").read_bytes() == before
    (tmp_path / "secrets/example.org.s2.pem").symlink_to("nowhere")
    assert "is there already" in new("example.org", "--selector", "s2", code=1).err


def test_the_folder_lies_beside_the_config_or_where_one_says(new, tmp_path):
    data = json.loads(new("example.org", "-c", "site/config.yaml", "--json").out)
    assert (tmp_path / "site/secrets/example.org.p202611.pem").is_file()
    assert data["config"]["key_file"] == "secrets/example.org.p202611.pem"
    data = json.loads(new("example.org", "-c", "site/config.yaml", "--folder", "keys", "--json").out)
    assert data["config"]["key_file"] == (tmp_path / "keys/example.org.p202611.pem").as_posix()
    assert data["file"] == "keys/example.org.p202611.pem"


def test_a_folder_that_is_there_keeps_its_mode(new, tmp_path):
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets").chmod(0o750)
    new("example.org")
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o750


def test_where_no_file_can_be_it_says_so(new, tmp_path):
    (tmp_path / "secrets").write_bytes(b"")
    done = new("example.org", code=1)
    assert done.err.startswith("publisher: secrets/example.org.p202611.pem cannot be written: File exists; check the")


def test_a_disk_that_is_full_leaves_no_half_key(new, tmp_path, monkeypatch):
    def full(number):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    done = new("example.org", code=1)
    assert "cannot be written: No space left on device; check" in done.err
    assert [*(tmp_path / "secrets").iterdir()] == []


WRONG = {
    "a whole address": ["news@example.org"],
    "a page": ["https://example.org"],
    "one label": ["localhost"],
    "an IP address": ["192.0.2.7"],
    "a hyphen at an end": ["a-.example"],
    "a long label": [f"{'a' * 64}.example"],
    "a long name": [".".join(["a" * 60] * 5)],
    "a path": ["../example.org"],
    "two dots": ["example..org"],
    "an emoji that IDNA has not": ["\u2603\ud800.example"],
    "nothing": [""],
    "a selector of two labels": ["example.org", "--selector", "a.b"],
    "a selector with a slash": ["example.org", "--selector", "../s1"],
    "a selector with a blank": ["example.org", "--selector", "s 1"],
    "a long selector": ["example.org", "--selector", "s" * 64],
}


@pytest.mark.parametrize("words", WRONG.values(), ids=WRONG)
def test_wrong_names_are_refused_and_nothing_is_made(new, tmp_path, words):
    done = new(*words, code=2)
    assert done.out == ""
    told = "is not a selector; write for example s1" if "--selector" in words else "is not a mail domain; write what"
    assert told in done.err
    assert done.err.count("\n") == 1
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("selector", ["s1", "p202611", "a_b", "a-b", "0", "s" * 63])
def test_every_selector_it_takes_the_config_takes(selector):
    assert value.name(dkim.selector_name(selector)) == selector
