"""The table of mail programs is what the script makes of the published data."""

import io
import json
import tarfile

import pytest

from scripts import caniemail

DATA = {
    "last_update_date": "2026-05-13 14:45:41 +0000",
    "data": [
        {"slug": "css-b", "title": "b", "category": "css", "stats": {
            "gmail": {"ios": {"2019": "n", "2026": "a #1"}}, "outlook": {"windows": {"2019": "y"}}, "yahoo": {"ios": {}}}},
        {"slug": "amp", "title": "AMP", "category": "others", "stats": {}},
        {"slug": "css-a", "title": "a", "category": "css", "stats": {}},
    ],
}  # fmt: skip


def test_the_newest_version_counts():
    table = caniemail.reduced(DATA)
    assert [*table["features"]] == ["css-a", "css-b"]
    letters = dict(zip(table["clients"], table["features"]["css-b"][1], strict=True))
    assert {client: letter for client, letter in letters.items() if letter != "u"} == {
        "gmail.ios": "a", "outlook.windows": "y",
    }  # fmt: skip
    assert json.loads(caniemail.written(table)) == table


@pytest.mark.parametrize("name", ["caniemail.json", "caniemail-1.0.0.tgz"])
def test_a_package_or_a_file_is_read(tmp_path, monkeypatch, capsys, name):
    monkeypatch.setattr(caniemail, "TABLE", tmp_path / "table.json")
    source, octets = tmp_path / name, json.dumps(DATA).encode()
    if name.endswith("json"):
        source.write_bytes(octets)
    else:
        with tarfile.open(source, "w:gz") as package:
            member = tarfile.TarInfo("package/data/caniemail.json")
            member.size = len(octets)
            package.addfile(member, io.BytesIO(octets))
    caniemail.main([str(source)])
    assert json.loads((tmp_path / "table.json").read_text("utf-8"))["updated"] == "2026-05-13"
    assert "3 features" in capsys.readouterr().out


def test_without_a_package_it_says_how():
    with pytest.raises(SystemExit, match="npm pack"):
        caniemail.main([])


def test_the_shipped_table_is_small_and_names_its_source():
    assert caniemail.TABLE.stat().st_size < 60_000
    shipped = json.loads(caniemail.TABLE.read_text("utf-8"))
    assert "MIT License" in shipped["notice"]
    assert shipped["licence"] == caniemail.LICENCE
    assert shipped["clients"] == caniemail.CLIENTS
