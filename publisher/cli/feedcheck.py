"""``check --feeds``: lints any feed, in a file or on the web."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

from publisher.cli.context import Context, complain, counted
from publisher.errors import FetchError, NotFoundError

if TYPE_CHECKING:
    from publisher.feeds.lint.probe import Report


def run(context: Context, targets: tuple[str, ...]) -> int:
    """Prints what is wrong with each feed: 1 if there is an error, 2 if one of them could not be had."""
    from publisher.app import Clock
    from publisher.feeds.lint import probe

    now = Clock(context.now).now()
    reports: list[Report] = []
    missed = 0
    for target in targets:
        try:
            reports += probe.look(target, now=now)
        except (FetchError, NotFoundError) as problem:
            missed += 1
            complain(problem.line())
    context.show(
        [{"feed": report.target} | asdict(finding) for report in reports for finding in report.findings],
        lambda: _lines(reports),
    )
    if missed:
        return 2
    return 1 if any(finding.severity == "error" for report in reports for finding in report.findings) else 0


def _lines(reports: list[Report]) -> Iterator[str]:
    for report in reports:
        if report.feeds:
            kinds = ", ".join(f"{each.url} ({each.kind})" for each in report.feeds)
            yield f"{report.target} is an HTML page that names {counted(len(report.feeds), 'feed')}: {kinds}"
        for finding in report.findings:
            yield f"{report.target}: {finding}"
    findings = [finding for report in reports for finding in report.findings]
    errors = sum(finding.severity == "error" for finding in findings)
    looked = sum(not report.feeds for report in reports)
    found = f"{counted(errors, 'error')}, {counted(len(findings) - errors, 'warning')}"
    if looked:
        yield f"{found} in {counted(looked, 'feed')}"
