"""A crew does what one process would do: in whatever order, whoever dies, and nothing is left running."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import chain
from multiprocessing import Pipe
from pathlib import Path
from typing import Any

import pytest
from content.labour import Task

from content import labour
from publisher.content import crew

BATCHES = [list(range(start, start + 3)) for start in range(0, 60, 3)]
ALL = Counter(range(60))


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """The processes that are started from now on."""
    found: list[subprocess.Popen[bytes]] = []
    real = subprocess.Popen

    def watched(*arguments: Any, **how: Any) -> subprocess.Popen[bytes]:
        found.append(real(*arguments, **how))
        return found[-1]

    monkeypatch.setattr(crew.subprocess, "Popen", watched)
    return found


def task(folder: Path | str = "") -> Task:
    return Task(os.getpid(), str(folder))


def spread(work: Callable[..., list[Any]], children: int, batches: Any = BATCHES, folder: Path | str = "") -> list[Any]:
    return list(chain.from_iterable(crew.spread(work, batches, task(folder), children=children)))


@pytest.mark.parametrize("children", [1, 2, 3])
def test_the_same_results_as_alone(children: int, started: list[subprocess.Popen[bytes]]):
    alone = Counter(number for number, _ in spread(labour.squares, 0))
    assert started == []
    made = spread(labour.squares, children)
    assert Counter(number for number, _ in made) == alone == Counter(number**2 for number in range(60))
    assert len(started) == children
    assert all(process.returncode == 0 for process in started)


def test_children_really_do_the_work(tmp_path: Path, started: list[subprocess.Popen[bytes]]):
    # The parent takes a batch only where two lie before every child: of three it takes none.
    assert spread(labour.noting, 2, BATCHES[:4], tmp_path) == list(range(12))
    by = {int(file.name) for file in tmp_path.iterdir()}
    assert os.getpid() not in by
    assert by <= {process.pid for process in started}
    assert by


def test_the_parent_does_its_share(tmp_path: Path):
    spread(labour.noting, 1, BATCHES, tmp_path)
    assert str(os.getpid()) in {file.name for file in tmp_path.iterdir()}


def test_what_comes_from_children_comes_in_the_order_of_the_batches():
    assert spread(labour.squares, 1, BATCHES[:2])[0][0] == 0
    assert [number for number, _ in spread(labour.squares, 3, BATCHES[:6])] == [n**2 for n in range(18)]


def test_batches_are_drawn_as_they_are_needed_not_all_at_once():
    drawn: list[int] = []

    def batches() -> Iterator[list[int]]:
        for number in range(1000):
            drawn.append(number)
            yield [number]

    done = crew.spread(labour.raising, batches(), task(), children=1)
    next(done)
    assert len(drawn) < 1000
    done.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("children", [0, 2])
def test_no_batches(children: int):
    assert spread(labour.squares, children, []) == []


# ---- what goes wrong


def test_a_batch_that_fails_in_a_child_is_done_by_the_parent(started: list[subprocess.Popen[bytes]]):
    assert Counter(spread(labour.raising, 2)) == ALL
    assert [process.returncode for process in started] == [0, 0]


def test_an_error_that_the_parent_meets_too_is_raised_and_nothing_is_left(started: list[subprocess.Popen[bytes]]):
    with pytest.raises(ValueError, match="seven"):
        spread(labour.refusing, 2)
    assert all(process.returncode is not None for process in started)


def test_the_batches_of_a_child_that_dies_are_done_by_the_parent(started: list[subprocess.Popen[bytes]]):
    assert Counter(spread(labour.dying, 2)) == ALL
    assert [process.returncode for process in started] == [-9, -9]


@pytest.mark.filterwarnings("ignore")
def test_a_result_that_cannot_be_sent_is_made_by_the_parent(capfd: pytest.CaptureFixture[str]):
    assert Counter(spread(labour.unspeakable, 1)) == ALL
    capfd.readouterr()


def test_a_child_that_never_lives_is_no_loss(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(crew.sys, "executable", "/bin/false")
    assert Counter(spread(labour.squares, 2)) == Counter((number**2, os.getpid()) for number in range(60))


def test_whoever_stops_listening_leaves_nothing_running(started: list[subprocess.Popen[bytes]]):
    done = crew.spread(labour.squares, BATCHES, task(), children=2)
    next(done)
    done.close()  # type: ignore[attr-defined]
    assert len(started) == 2
    assert all(process.returncode is not None for process in started)


def test_a_crew_within_a_thread_while_another_works():
    results: list[list[Any]] = []
    threads = [threading.Thread(target=lambda: results.append(spread(labour.raising, 1))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [Counter(result) for result in results] == [ALL, ALL]


def test_cores(monkeypatch: pytest.MonkeyPatch):
    assert crew.cores() == len(os.sched_getaffinity(0))
    monkeypatch.delattr(os, "sched_getaffinity")
    assert crew.cores() == os.cpu_count()
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert crew.cores() == 1


# ---- a child's life, lived here


def talk(*messages: Any) -> list[Any]:
    """What ``answer`` says to these messages, before its line is cut."""
    ours, theirs = Pipe()
    for message in messages:
        ours.send(message)
    said: list[Any] = []
    life = threading.Thread(target=crew.answer, args=(theirs,))
    life.start()
    for _ in messages[1:]:
        said.append(ours.recv())
    ours.close()
    life.join()
    theirs.close()
    return said


def test_a_child_learns_its_work_and_answers_until_its_parent_hangs_up():
    work = ("content.labour", "raising", Task(0))
    assert talk(work, [2, 4], [3], [], [6]) == [[2, 4], None, [], [6]]


def test_a_child_whose_parent_hangs_up_at_once():
    assert talk() == []


class Line:
    """An end of a pipe at which there are these messages, and then nobody."""

    def __init__(self, *messages: Any) -> None:
        self.messages = list(messages)
        self.sent: list[Any] = []

    def recv(self) -> Any:
        if not self.messages:
            raise ConnectionResetError(104, "Connection reset by peer")
        return self.messages.pop(0)

    def send(self, message: Any) -> None:
        self.sent.append(message)
        raise BrokenPipeError(32, "Broken pipe")


@pytest.mark.parametrize("messages", [[], [("content.labour", "raising", Task(0)), [2]]])
def test_a_line_that_breaks_ends_a_childs_life_without_a_word(messages: list[Any]):
    line = Line(*messages)
    crew.answer(line)  # type: ignore[arg-type]
    assert line.sent == messages[1:]


def test_a_child_does_not_run_the_main_script_again(tmp_path: Path):
    script = tmp_path / "main.py"
    script.write_text(
        "import sys\n"
        f"sys.path[:0] = {[path for path in sys.path if path]!r}\n"
        "print('main', flush=True)\n"
        "from publisher.content import crew\n"
        "from content.labour import Task, raising\n"
        "print(sorted(sum(crew.spread(raising, [[2], [4], [6]], Task(0), children=1), [])))\n",
        "utf-8",
    )
    ended = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)
    assert ended.stdout.splitlines() == ["main", "[2, 4, 6]"]
    assert ended.stderr == ""


def test_a_child_that_hangs_leaves_its_batch_and_is_ended(
    started: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(crew, "PATIENCE", 0.5)
    assert Counter(spread(labour.stopping, 1)) == ALL
    assert [process.returncode for process in started] == [-9]
