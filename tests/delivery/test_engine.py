"""The engine of one process."""

from __future__ import annotations

import threading

from publisher.delivery.engine import LocalEngine, Wake


def make_engine(tasks, failed=lambda wake, error: None, workers=2):
    return LocalEngine(tasks, workers=workers, failed=failed)


def test_a_key_runs_at_most_once_at_a_time():
    begun, go_on, ran = threading.Event(), threading.Event(), []

    def task(argument):
        ran.append(argument)
        begun.set()
        go_on.wait(5)

    engine = make_engine({"lane": task})
    engine.defer(Wake("lane", "0"))
    assert begun.wait(5)
    engine.defer_all([Wake("lane", "0"), Wake("lane", "0")])
    assert not engine.idle()
    go_on.set()
    engine.stop()
    assert ran == ["0"]
    assert engine.idle()


def test_a_key_may_run_again_after_it_ended(eventually):
    ran = []
    engine = make_engine({"lane": ran.append})
    for _ in range(3):
        engine.defer(Wake("lane", "0"))
        eventually(engine.idle)
    engine.stop()
    assert ran == ["0"] * 3


def test_different_arguments_run_side_by_side():
    both = threading.Barrier(2, timeout=5)
    failures = []
    engine = make_engine({"lane": lambda argument: both.wait()}, lambda *args: failures.append(args))
    engine.defer_all([Wake("lane", "0"), Wake("lane", "1")])
    engine.stop()
    assert not failures


def test_a_failure_is_told_and_the_pool_lives(eventually):
    told, ran = [], []
    tasks = {"bad": lambda argument: 1 / 0, "good": ran.append}
    engine = make_engine(tasks, lambda wake, error: told.append((wake.key, type(error))), workers=1)
    engine.defer(Wake("bad", "x"))
    engine.defer(Wake("unknown", "x"))
    engine.defer(Wake("good", "x"))
    eventually(engine.idle)
    engine.stop()
    assert told == [("bad:x", ZeroDivisionError), ("unknown:x", KeyError)]
    assert ran == ["x"]


def test_stop_waits_for_what_runs_and_takes_nothing_new():
    begun, ended, ran = threading.Event(), threading.Event(), []

    def task(argument):
        begun.set()
        ended.wait(0.05)
        ran.append(argument)

    engine = make_engine({"lane": task})
    engine.defer(Wake("lane", "0"))
    assert begun.wait(5)
    engine.stop()
    assert ran == ["0"]
    engine.defer(Wake("lane", "1"))
    engine.stop()
    assert ran == ["0"]
    assert engine.idle()
