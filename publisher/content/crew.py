"""Spreads pure work over the processor's cores: a few child interpreters of our own, each at a pipe."""

from __future__ import annotations

import gc
import importlib
import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import Any, Self, TypeVar

PATIENCE = 120
"""Seconds that a child may take for a batch."""
MOST = 8
"""Children, however many cores there are: one process writes to the database what they all make."""
_Item = TypeVar("_Item")
_Made = TypeVar("_Made")


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def spread(
    work: Callable[[Sequence[_Item], Any], list[_Made]],
    batches: Iterable[Sequence[_Item]],
    context: Any,
    *,
    children: int,
) -> Iterator[list[_Made]]:
    """What ``work(batch, context)`` makes of each batch, in the order of the batches but for those done here.

    ``work`` is a function of a module; its arguments and results can be pickled. This process does its share, and
    that of a child that dies. With no children it does all.
    """
    if children < 1:
        yield from (work(batch, context) for batch in batches)
        return
    with ExitStack() as stack:
        free: SimpleQueue[Child] = SimpleQueue()
        for _ in range(children):
            free.put(stack.enter_context(Child(work, context)))
        pool = stack.enter_context(ThreadPoolExecutor(children))

        def done(batch: Sequence[_Item]) -> list[_Made]:
            child = free.get()
            try:
                made = child.ask(batch)
            finally:
                free.put(child)
            return work(batch, context) if made is None else made

        pending: deque[Future[list[_Made]]] = deque()
        for batch in batches:
            if len(pending) < 2 * children:  # one in work and one at hand for each
                pending.append(pool.submit(done, batch))
            else:
                yield work(batch, context)
            while pending and pending[0].done():
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()


class Child:
    """An interpreter that does one kind of work. A broken one answers None to everything."""

    def __init__(self, work: Callable[..., Any], context: Any, *, patience: float | None = None) -> None:
        """See ``spread`` for ``work`` and ``context``; a batch may take ``patience`` seconds (None: ``PATIENCE``)."""
        self._patience = PATIENCE if patience is None else patience
        self._line, theirs = Pipe()
        self._process: subprocess.Popen[bytes] | None = None
        self._alive = False
        # Not a fork: the parent has threads and an open database. Not multiprocessing: it runs the main script again.
        # -P: what lies in the working folder is a site's, not ours to run.
        with suppress(OSError), theirs:  # no process to be had: the parent does all by itself
            self._process = subprocess.Popen(  # noqa: S603 # this interpreter, this module
                [sys.executable, "-P", "-m", __name__, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
            self._alive = True
        self._alive = self._alive and self._send((work.__module__, work.__name__, context))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Lets it finish, and end."""
        self._line.close()
        if self._process is None:
            return
        try:
            self._process.wait(self._patience if self._alive else 0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    @property
    def alive(self) -> bool:
        """Whether it may still answer."""
        return self._alive

    def ask(self, batch: Sequence[Any]) -> list[Any] | None:
        """What the child makes of a batch; None where it cannot say."""
        if not (self._alive and self._send(batch)):
            return None
        with suppress(OSError, EOFError):  # it died: what follows is the same as for one that hangs
            if self._line.poll(self._patience):
                answer: list[Any] | None = self._line.recv()
                return answer
        self._alive = False
        return None

    def _send(self, message: Any) -> bool:
        try:
            self._line.send(message)
        except OSError:
            self._alive = False
            return False
        return True


def answer(line: Connection) -> None:
    """A child's life: learns its work, then answers batch after batch until its parent hangs up."""
    try:
        module, name, context = line.recv()
        work = getattr(importlib.import_module(module), name)
        while True:
            batch = line.recv()
            try:
                made = work(batch, context)
            except Exception:  # noqa: BLE001 # the parent does the batch again, and meets the error where it is told
                made = None
            line.send(made)
    except (EOFError, OSError):
        return


if __name__ == "__main__":
    gc.set_threshold(100_000, 20, 20)  # what it makes is sent away, and hardly any of it holds on to itself
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all of a terminal's processes: the parent decides
    answer(Connection(int(sys.argv[1])))
