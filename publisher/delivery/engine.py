"""Runs what the tables say is to be done. Tables are the truth, an engine only wakes.

A lost or doubled wake-up costs time and never a message: what must run is read anew from the ledger each time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

Task = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wake:
    """Something that should be running: a task, and the argument that tells it from others of its kind."""

    task: str
    argument: str

    @property
    def key(self) -> str:
        """At most one of a key is queued or running."""
        return f"{self.task}:{self.argument}"


class Engine(Protocol):
    """The port: what reconcile asks for is deferred, and run."""

    def defer(self, wake: Wake) -> None:
        """Runs the task soon, unless one of its key is queued or running."""
        ...

    def idle(self) -> bool:
        """Whether nothing is queued or running here."""
        ...

    def stop(self) -> None:
        """Takes nothing new and waits for what runs."""
        ...


class LocalEngine:
    """A pool of threads and a set of keys: the engine of one process. Nothing in it is durable."""

    def __init__(self, tasks: Mapping[str, Task], *, workers: int, failed: Callable[[Wake, Exception], None]) -> None:
        """``failed`` is told of an exception that left a task; the next reconcile wakes what is still to be done."""
        self._tasks = tasks
        self._failed = failed
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="publisher")
        self._keys: set[str] = set()
        self._lock = threading.Lock()
        self._stopping = False

    def defer(self, wake: Wake) -> None:
        """Runs the task soon, unless one of its key is queued or running."""
        with self._lock:
            if self._stopping or wake.key in self._keys:
                return
            self._keys.add(wake.key)
            self._pool.submit(self._run, wake)  # under the lock: after ``stop`` the pool takes nothing

    def defer_all(self, wakes: Iterable[Wake]) -> None:
        """Defers each."""
        for wake in wakes:
            self.defer(wake)

    def idle(self) -> bool:
        """Whether nothing is queued or running here."""
        with self._lock:
            return not self._keys

    def stop(self) -> None:
        """Takes nothing new and waits for what runs."""
        with self._lock:
            self._stopping = True
        self._pool.shutdown(wait=True)

    def _run(self, wake: Wake) -> None:
        try:
            self._tasks[wake.task](wake.argument)
        except Exception as error:  # noqa: BLE001 # whatever left a task: the pool must live, and somebody must know
            self._failed(wake, error)
        finally:
            with self._lock:
                self._keys.discard(wake.key)
