"""Bring what an older version wrote into project.json up to today's form, one version at a time.

To change the format: raise VERSION, add the step from the version before, keep a sample of the old one in
tests/data/, and add the change to docs/adr/0002-project-file.md.
"""

from collections.abc import Callable, Mapping
from typing import Any

from engine.errors import BadInputError
from engine.words import quoted

Values = dict[str, Any]

FORMAT = "cnn-gui project"
VERSION = 2


def _sgd_is_momentum(values: Values) -> Values:
    """Version 1 called momentum SGD."""
    settings = values.get("settings")
    if isinstance(settings, dict) and settings.get("optimizer") == "SGD":
        settings = {**settings, "optimizer": "momentum"}
    return {**values, "settings": settings}


STEPS: Mapping[int, Callable[[Values], Values]] = {1: _sgd_is_momentum}  # from a version to the next


def upgraded(values: Any) -> Values:
    """Return *values*, the content of project.json, in the form of VERSION.

    Raises:
        BadInputError: they are not a project's, or a newer version's.
    """
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise BadInputError("it is not a project of this program; choose another file.")
    version = values.get("version")
    if type(version) is not int or version < 1:
        raise BadInputError(f"its version is {quoted(version)}, which never was; choose another file.")
    if version > VERSION:
        raise BadInputError(
            f"a newer version of this program wrote it (format {quoted(version)}); update this one to open it."
        )
    current: Values = values
    for step in range(version, VERSION):
        current = STEPS[step](current)
    return current
