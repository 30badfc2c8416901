"""Each kind of thing has one home: a library, SQL, HTML, the clock, HTTP statuses, exit codes, the terminal."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import PurePosixPath

import pytest
from rules.source import CODE, PACKAGES, Module, each, found

CLI = {"publisher/cli.py", "publisher/cli/"}
CONFIG = {"publisher/config.py", "publisher/config/"}
SQL_FILES = {"store.py", "index.py", "library.py", "slots.py", "ledger.py", "buckets.py", "outbox.py"}
SQL_FOLDERS = {"publisher/db/", "subscribers/db/"}
XML = {
    "publisher/feeds/rss_atom.py",
    "publisher/feeds/opml.py",
    "publisher/feeds/lint/xml.py",
    "publisher/digest/html.py",
    "publisher/digest/lint/page.py",
}
LIBRARIES: dict[str, set[str]] = {  # import name -> the only modules that may import it
    "PIL": {"publisher/content/images.py"},
    "alembic": {"publisher/db/"},
    "apscheduler": {"publisher/schedule.py"},
    "babel": {"publisher/templates.py"},
    "click": CLI,
    "comrak": {"publisher/content/markdown.py"},
    "cryptography": {"publisher/digest/dkim.py", "publisher/signature.py"},
    "cssutils": {"publisher/digest/html.py"},
    "disposable_email_domains": {"subscribers/address.py"},
    "dns": {"publisher/dns.py"},
    "email_validator": {"subscribers/address.py"},
    "feedgen": {"publisher/feeds/rss_atom.py"},
    "frontmatter": {"publisher/content/frontmatter.py"},
    "httpx": {"publisher/http.py"},
    "imaplib": {"publisher/delivery/bounces/imap.py"},
    "idna": {"publisher/digest/headers.py"},
    "jinja2": {"publisher/templates.py"},
    "lxml": XML,
    "markupsafe": {"publisher/templates.py"},
    "nh3": {"publisher/content/markdown.py"},
    "premailer": {"publisher/digest/html.py"},
    "pydantic": CONFIG,
    "pydantic_core": CONFIG,
    "rich": CLI,
    "smtplib": {"publisher/delivery/smtp.py"},
    "sqlite3": {"publisher/db/"},
    "starlette": {"publisher/web/"},
    "uvicorn": {"publisher/web/"},
    "watchfiles": {"publisher/watch.py"},
    "yaml": {"publisher/content/yamltext.py", *CONFIG},
}
ONE_MODULE = {"brotli", "structlog"}
"""Any one module may be the home of these."""
SQL = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|WITH|PRAGMA|BEGIN)\s", re.ASCII)
# The sanitiser's own language is HTML.
HTML_HOMES = {"publisher/content/markdown.py"}
CLOCK = {
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.datetime.today",
    "datetime.date.today",
    "time.time",
    "time.time_ns",
    "time.localtime",
    "time.gmtime",
    "time.ctime",
    "time.strftime",
    "email.utils.localtime",
    "email.utils.make_msgid",
}
CLOCK_HOMES = {"publisher/app.py", "publisher/delivery/sender.py"}
PACING = {"time.monotonic", "time.monotonic_ns", "time.perf_counter", "time.sleep", "asyncio.sleep"}
PACING_HOMES = {
    *CLOCK_HOMES,
    "publisher/dns.py",
    "publisher/http.py",
    "publisher/delivery/engine.py",
    "publisher/schedule.py",
    *CLI,
}
EXITS = {"sys.exit", "os._exit", "exit", "quit", "SystemExit", "click.exceptions.Exit"}
TERMINAL = {"print", "input", "sys.stdout", "sys.stderr", "sys.stdin", "sys.__stdout__", "sys.__stderr__"}
# Events of a running program go to standard error.
TERMINAL_HOMES = {*CLI, "publisher/log.py"}
# Those that are no common number of another field: 200, 400 and 500 are also sizes and weights.
STATUSES = {301, 302, 303, 304, 307, 308, 401, 403, 404, 405, 409, 410, 415, 422, 429}


def has_sql(module: Module) -> bool:
    return PurePosixPath(module.name).name in SQL_FILES or module.within(SQL_FOLDERS)


def is_foreign(name: str) -> bool:
    top = name.partition(".")[0]
    return top not in sys.stdlib_module_names and top not in PACKAGES and top != "__future__"


@each(CODE)
def test_a_library_is_imported_in_its_home_only(module: Module):
    strays = []
    for line, name in module.imports:
        top = name.partition(".")[0]
        if top == "sqlalchemy":
            allowed = has_sql(module)
        elif top in LIBRARIES:
            allowed = module.within(LIBRARIES[top])
        else:
            allowed = top in ONE_MODULE or not is_foreign(name)
        if not allowed:
            strays.append((line, f"{top} belongs in {sorted(LIBRARIES.get(top, {'the table of tests/rules'}))}"))
    assert not strays, found(module, strays)


@pytest.mark.parametrize("library", sorted(ONE_MODULE))
def test_a_library_has_at_most_one_home(library: str):
    homes = {module.name for module in CODE for _, name in module.imports if name.partition(".")[0] == library}
    assert len(homes) <= 1, f"{library} is imported in {sorted(homes)}"


@each(CODE)
def test_sql_stands_in_stores(module: Module):
    stray = [] if has_sql(module) else [(line, text[:40]) for line, text in module.strings if SQL.match(text)]
    assert not stray, f"SQL belongs in a store:\n{found(module, stray)}"


@each(CODE)
def test_html_stands_in_templates(module: Module):
    stray = [(line, text[:40]) for line, text in module.strings if "</" in text and not module.within(HTML_HOMES)]
    assert not stray, f"HTML belongs in templates/:\n{found(module, stray)}"


@each(CODE)
def test_the_clock_is_an_argument(module: Module):
    stray = [(line, name) for line, name in module.uses if name in CLOCK and not module.within(CLOCK_HOMES)]
    stray += [(line, name) for line, name in module.uses if name in PACING and not module.within(PACING_HOMES)]
    stray += [(line, "formatdate without a moment") for line in bare_calls(module, "email.utils.formatdate")]
    assert not stray, f"time is an argument (`now`):\n{found(module, stray)}"


def bare_calls(module: Module, function: str) -> list[int]:
    calls = (node for node in ast.walk(module.tree) if isinstance(node, ast.Call) and not node.args)
    return [call.lineno for call in calls if module.name_of(call.func) == function]


@each(CODE)
def test_http_statuses_stand_in_the_web(module: Module):
    if module.within({"publisher/web/", "publisher/http.py", "publisher/feeds/verdict.py"}):
        return
    stray = [(line, name) for line, name in module.uses if name.startswith(("http.HTTPStatus", "starlette.status"))]
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and type(node.value) is int and node.value in STATUSES:
            stray.append((node.lineno, str(node.value)))
        elif isinstance(node, ast.keyword) and node.arg == "status_code":
            stray.append((node.value.lineno, "status_code="))
    assert not stray, f"an HTTP status belongs in publisher/web/ or publisher/http.py:\n{found(module, stray)}"


@each(CODE)
def test_exit_codes_stand_in_the_command_line(module: Module):
    stray = [(line, name) for line, name in module.uses if name in EXITS and not module.within(CLI)]
    assert not stray, f"only the command line ends the process:\n{found(module, stray)}"


@each(CODE)
def test_only_the_command_line_talks_to_the_terminal(module: Module):
    stray = [(line, name) for line, name in module.uses if name in TERMINAL and not module.within(TERMINAL_HOMES)]
    assert not stray, f"only the command line prints and asks:\n{found(module, stray)}"


def test_every_library_of_the_table_is_a_dependency():
    """The table names nothing that the project does not ask for: an entry that went stays no licence."""
    from importlib.metadata import packages_distributions

    from packaging.utils import canonicalize_name
    from rules.source import PYPROJECT

    asked = " ".join(canonicalize_name(line) for line in PYPROJECT["project"]["dependencies"])
    through = {"markupsafe", "cssutils", "pydantic_core"}  # parts of Jinja2, premailer and pydantic
    owners = packages_distributions()
    for name in {*LIBRARIES, *ONE_MODULE} - through - sys.stdlib_module_names:
        assert any(canonicalize_name(owner) in asked for owner in owners.get(name, [name])), name
