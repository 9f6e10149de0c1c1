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
VERSION = 3


def _sgd_is_momentum(values: Values) -> Values:
    """Version 1 called momentum SGD."""
    settings = values.get("settings")
    if isinstance(settings, dict) and settings.get("optimizer") == "SGD":
        settings = {**settings, "optimizer": "momentum"}
    return {**values, "settings": settings}


def _bundled_digits_are_mnists(values: Values) -> Values:
    """Version 2 did not say how images look; what is known without the data is how the bundled digits do."""
    source, shape = values.get("data_source"), values.get("input_shape")
    name, *options = source.split(":") if isinstance(source, str) else [""]
    bundled = name == "bundled" and shape == [1, 28, 28] and not any(each.startswith("crop") for each in options)
    mnist = {"paper": [0.0], "ink": [1.0], "placing": "mass", "box": 20, "strokes": [1.76, 3.75]}
    return {**values, "appearance": mnist if bundled else None}


STEPS: Mapping[int, Callable[[Values], Values]] = {
    1: _sgd_is_momentum,
    2: _bundled_digits_are_mnists,
}  # from a version to the next


def upgraded(values: Any) -> Values:
    """Return *values*, the content of project.json, in the form of VERSION.

    Raises:
        BadInputError: they are not a project's, or a newer version's.
    """
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise BadInputError("it is not a project of this program; choose another file.")
    version = values.get("version")
    if type(version) is not int or version < 1:
        raise BadInputError(f"its version is {quoted(version)}, which does not exist; choose another file.")
    if version > VERSION:
        raise BadInputError(
            f"a newer version of this program wrote it (format {quoted(version)}); update this one to open it."
        )
    current: Values = values
    for step in range(version, VERSION):
        current = STEPS[step](current)
    return current
