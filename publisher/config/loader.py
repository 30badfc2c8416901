"""Loads config.yaml: the file, then its YAML, then what its values mean."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from publisher.config.collision import collisions
from publisher.config.explain import discreet, explain
from publisher.config.model import Config
from publisher.config.problem import Problem, render
from publisher.config.reader import read
from publisher.config.section import Reading
from publisher.errors import ConfigError


def load(path: Path, environ: Mapping[str, str]) -> Config:
    """The configuration that a file holds, with ``${NAME}`` taken from ``environ``.

    Raises ``ConfigError`` whose text is every problem of the file, one a line, in the order of the file:
    ``config.yaml:12: newsletters.weekly.from: what is wrong; what to write instead``.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        text = f"{path}: no such file; make a new site with 'publisher init DIR', or name the file with -c"
        raise ConfigError(text) from None
    except IsADirectoryError:
        raise ConfigError(f"{path}: is a folder; name the file in it, such as {path / 'config.yaml'}") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); check its owner and permissions") from error
    return parse(data, path, environ)


def parse(data: bytes, path: Path, environ: Mapping[str, str]) -> Config:
    """As ``load``, with the file's bytes at hand; ``path`` says where its relative paths start from."""
    tree = read(data, environ)
    problems = list(tree.problems)
    if tree.readable:
        value = tree.value if tree.value is not None else {}
        if not isinstance(value, dict):
            kind = "a list" if isinstance(value, list) else "a text"
            text = f"the file is {kind}, not sections; write site: {{title: My site, url: https://example.org}}"
            problems.append(Problem(line=1, text=text))
        else:
            for place, text in collisions(value):
                problems.append(Problem(line=tree.line(place), place=place, text=discreet(text, tree.at(place))))
            try:
                config = Config.model_validate(value, context=_reading(value, path))
            except ValidationError as error:
                problems += explain(error, tree, Config)
            else:
                if not problems:
                    return config
    # The models' own error holds values of the file, so it must not be the cause of this one.
    raise ConfigError(render(str(path), problems)) from None


def _reading(value: Mapping[str, object], path: Path) -> Reading:
    topics, newsletters = value.get("topics"), value.get("newsletters")
    return Reading(
        path=path.absolute(),
        topics=frozenset(topics) if isinstance(topics, dict) else frozenset(),
        newsletters=bool(newsletters),
    )
