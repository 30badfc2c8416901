"""The command ``publisher`` without what Hugo does not make: landing pages and compressed forms.

Run as a program in a process of its own. Modules are changed when they are first imported, so that a build that does
without them does not load them here either.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType


def _no_pages(module: ModuleType) -> None:
    def none(*_: object) -> Iterator[object]:
        return iter(())

    module.planned = none


def _no_shorter(module: ModuleType) -> None:
    """A form that is no shorter than the plain bytes is not kept: nothing is compressed, nothing written."""

    def same(data: bytes, *_: object, **__: object) -> bytes:
        return data

    module.compress = same


CHANGES: dict[str, Callable[[ModuleType], None]] = {
    "publisher.feeds.landing": _no_pages,
    "gzip": _no_shorter,
    "brotli": _no_shorter,
}


class Lesser:
    """Finds the modules that are changed, and changes them once they are there."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: ModuleType | None = None) -> ModuleSpec | None:
        """As ``importlib`` asks for it."""
        change = CHANGES.get(name)
        spec = PathFinder.find_spec(name, path, target) if change else None
        if change is None or spec is None or spec.loader is None:
            return None
        load = spec.loader.exec_module

        def changed(module: ModuleType) -> None:
            load(module)
            change(module)

        spec.loader.exec_module = changed
        return spec


sys.meta_path.insert(0, Lesser)
del sys.path[0]  # the folder of the benchmarks, where the command has the place it was called from

from publisher.cli import main  # noqa: E402

main()
