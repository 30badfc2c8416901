"""A program for tests: builds a site in a process group of its own, and kills that when it is told to.

``python doomed.py CONFIG MOMENT`` warms up, then answers each line of its standard input with one of JSON. A line is
the number of seconds of processor time that the next build may spend, or ``-`` for as many as it takes: they pass alike
on a busy machine and on an idle one. The site's clock stands at MOMENT.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import sys
import time
import traceback
from datetime import datetime
from pathlib import Path

from publisher.config import Config, load
from publisher.db import migrate
from publisher.db.engine import Database
from publisher.feeds.publish import publish
from publisher.issues import follow
from publisher.templates import Templates


class Desk:
    """A site whose config and templates are read; its clock stands: nothing depends on how long a build takes."""

    def __init__(self, config: Path, moment: datetime) -> None:
        self._config: Config = load(config, {})
        self._templates = Templates(self._config.templates)
        self._moment = moment
        database = Database(self._config.database)
        migrate.upgrade(database)
        database.close()

    def build(self) -> None:
        """What ``serve`` does at each change: reads the articles, writes the feeds."""
        database = Database(self._config.database)
        try:
            follow.read(self._config, database, self._moment)
            publish(self._config, database, self._templates, self._moment)
        finally:
            database.close()


def child(desk: Desk) -> None:
    """The build in a forked process, which never returns."""
    code = 1
    try:
        os.setpgid(0, 0)
        desk.build()
        code = 0
    except Exception:  # os._exit tells nothing of it
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def doomed(desk: Desk, life: float | None) -> dict[str, float | int]:
    """How the build ended (exit code, or minus the signal), and the processor time that it had spent by then."""
    number = os.fork()
    if number == 0:
        child(desk)
    handle = os.pidfd_open(number)
    try:
        ended = select.poll()
        ended.register(handle, select.POLLIN)
        while not ended.poll(1) and (life is None or spent(number) < life):
            pass
        seconds = spent(number)  # before it is waited for: then the clock is gone
        try:
            os.killpg(number, signal.SIGKILL)
        except ProcessLookupError:
            os.kill(number, signal.SIGKILL)  # it had no time to make its group
        _, status = os.waitpid(number, 0)
    finally:
        os.close(handle)
    return {"ended": os.waitstatus_to_exitcode(status), "seconds": seconds}


def spent(process: int) -> float:
    """Seconds of processor time of another process, its threads included: what clock_getcpuclockid(3) names."""
    return time.clock_gettime(~process << 3 | 2)


def main() -> None:
    desk = Desk(Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]))
    desk.build()  # every import and cache is there before the first fork
    gc.freeze()
    print("{}", flush=True)
    for line in sys.stdin:
        print(json.dumps(doomed(desk, None if line.strip() == "-" else float(line))), flush=True)


if __name__ == "__main__":
    main()
