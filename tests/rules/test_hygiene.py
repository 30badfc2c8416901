"""What no file may hold: unsafe calls, silent encodings, global locales, sleeping tests, traces of one machine."""

from __future__ import annotations

import ast
import re
from pathlib import PurePosixPath

import pytest
from rules.source import CODE, ROOT, SCRIPTS, TESTS, Module, each, found, tracked

NOWHERE = {
    "locale.setlocale": "dates and names are formatted for a reader's language, not for the process",
    "eval": "data is data",
    "exec": "data is data",
    "os.system": "subprocess with a list",
    "os.popen": "subprocess with a list",
    "tempfile.mktemp": "mkstemp or a folder of one's own",
    "xml.etree.ElementTree.parse": "lxml with entities off",
    "xml.etree.ElementTree.fromstring": "lxml with entities off",
}
UNSAFE_LIBRARIES = {"pickle", "marshal", "shelve", "dill", "cloudpickle"}
PICTURES = {".jpg", ".jpeg", ".png", ".gif", ".webp", ".svg", ".ico"}
MAX_BYTES = 300_000
MACHINE_PATH = re.compile(r"(?<![\w./~}\]-])/(?:work|root|home)/[\w.]")
# Written apart so that this file is not its own finding.
HOSTS = ("py" + r"pi\.org", "python" + r"hosted\.org", "pi" + r"wheels\.org", "index" + "-url", "find" + "-links")
REGISTRY = re.compile("|".join(HOSTS))


@each([*CODE, *SCRIPTS])
def test_nothing_unsafe_is_called(module: Module):
    unsafe = [(line, f"{name}: {NOWHERE[name]}") for line, name in module.uses if name in NOWHERE]
    unsafe += [(line, name) for line, name in module.imports if name.partition(".")[0] in UNSAFE_LIBRARIES]
    if module in SCRIPTS:  # they read pytest's own report
        unsafe = [(line, what) for line, what in unsafe if not what.startswith("xml.")]
    assert not unsafe, found(module, unsafe)


@each([*CODE, *SCRIPTS])
def test_text_files_name_their_encoding(module: Module):
    silent = [(call.lineno, ast.unparse(call)[:60]) for call in calls(module) if is_silent(module, call)]
    assert not silent, f"name the encoding:\n{found(module, silent)}"


def calls(module: Module) -> list[ast.Call]:
    return [node for node in ast.walk(module.tree) if isinstance(node, ast.Call)]


def is_silent(module: Module, call: ast.Call) -> bool:
    """Whether the call reads or writes text in whatever encoding the machine has."""
    if any(keyword.arg in {"encoding", None} for keyword in call.keywords):
        return False
    method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if method == "read_text":
        return not call.args
    if method == "write_text":
        return len(call.args) < 2
    place = 1 if module.name_of(call.func) in {"open", "io.open", "os.fdopen"} else 0 if method == "open" else None
    if place is None:
        return False
    modes = [keyword.value for keyword in call.keywords if keyword.arg == "mode"] or call.args[place : place + 1]
    if not modes:
        return place == 1  # the built-in reads text by default; another object's open() is not a file's
    mode = modes[0].value if isinstance(modes[0], ast.Constant) else ""
    return isinstance(mode, str) and bool(re.fullmatch(r"[rwaxt+]+", mode))


@each(CODE)
def test_nothing_is_left_to_do(module: Module):
    marks = [
        (number, line.strip()[:80])
        for number, line in enumerate(module.text.splitlines(), 1)
        if re.search(r"#.*\b(TODO|FIXME|XXX|HACK)\b", line)
    ]
    marks += [(line, name) for line, name in module.uses if name == "NotImplementedError"]
    assert not marks, f"unfinished:\n{found(module, marks)}"


@each([module for module in TESTS if module.name != "tests/conftest.py"])
def test_tests_neither_sleep_nor_mock(module: Module):
    lazy = [(line, name) for line, name in module.uses if name in {"time.sleep", "asyncio.sleep"}]
    lazy += [(line, name) for line, name in module.imports if name.startswith(("unittest.mock", "mock"))]
    assert not lazy, f"wait for a condition (the fixture `eventually`), use a fake:\n{found(module, lazy)}"


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """Every file of text that git keeps, by path; requirements and sources alike."""
    found_texts = {}
    for name in tracked():
        if PurePosixPath(name).suffix.lower() not in PICTURES:
            found_texts[name] = (ROOT / name).read_bytes().decode("utf-8", "replace")
    return found_texts


@pytest.mark.parametrize(
    ("pattern", "what"),
    [
        pytest.param(MACHINE_PATH, "a path of one machine", id="machine-path"),
        pytest.param(REGISTRY, "the host or option of one registry", id="registry-host"),
    ],
)
def test_no_file_knows_the_machine_it_was_written_on(texts: dict[str, str], pattern: re.Pattern[str], what: str):
    hits = [
        f"{name}:{number}: {line.strip()[:100]}"
        for name, text in texts.items()
        if pattern.search(text)
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]
    assert not hits, f"{what}:\n" + "\n".join(hits)


def test_the_patterns_find_what_they_are_for():
    slash = "/"
    for text in (f"open('{slash}work{slash}main')", f"{slash}root{slash}.cache", f"path={slash}home{slash}li"):
        assert MACHINE_PATH.search(text), text
    for text in ("https://example.org/home/x", "framework/x", "~/work/x"):
        assert not MACHINE_PATH.search(text), text
    assert REGISTRY.search("https://files.python" + "hosted.org/x")


def test_no_file_is_large():
    large = [
        f"{name}: {size} bytes"
        for name in tracked()
        if PurePosixPath(name).suffix.lower() not in PICTURES and (size := (ROOT / name).stat().st_size) > MAX_BYTES
    ]
    assert not large, "\n".join(large)


@pytest.mark.parametrize("made", ["public", "outbox", "var", ".venv", "dist"])
def test_git_keeps_nothing_that_a_run_makes(made: str):
    assert not [name for name in tracked() if name.startswith(f"{made}/")]
