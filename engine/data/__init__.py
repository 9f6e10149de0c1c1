"""Data sets: where they come from, how they are read, split, moved and cut into mini-batches."""

from importlib import import_module
from types import ModuleType


def __getattr__(name: str) -> ModuleType:
    if name == "catalogue":  # what a notebook begins with; imported when it is first used
        return import_module("engine.data.catalogue")
    raise AttributeError(f"module 'engine.data' has no attribute {name!r}")
