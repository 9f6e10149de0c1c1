"""``cnn-engine presets``."""

import argparse
import json
import shutil
import textwrap
from collections.abc import Iterator
from typing import Any

from engine import architecture, presets, schema
from engine.commands import options
from engine.presets import Preset
from engine.shapes import show

WIDEST = 100  # columns that are read with ease


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "name",
        metavar="NAME",
        nargs="?",
        type=options.one_of(presets.BUILDERS),
        help="one of them, to be described in full",
    )
    options.add_json(parser, "one JSON object a line and preset")


def run(arguments: argparse.Namespace) -> int:
    """Print the preset NAME in full, or of each a few lines."""
    chosen = [presets.load(name) for name in ([arguments.name] if arguments.name else presets.BUILDERS)]
    lines: Iterator[str]
    if arguments.json:
        lines = (json.dumps(as_values(preset), ensure_ascii=False) for preset in chosen)
    else:
        lines = card(chosen[0]) if arguments.name else (text for preset in chosen for text in entry(preset))
    print(*lines, sep="\n")
    return 0


def as_values(preset: Preset) -> dict[str, Any]:
    """Return all there is to say of *preset* as plain values for JSON."""
    summary = preset.summary
    texts = {name: getattr(preset, name) for name in ("name", "title", "data", "expected", "about")}
    layers = [{k: v for k, v in each.items() if k != "uid"} for each in architecture.to_dict(preset.architecture)]
    return texts | {
        "input_shape": preset.input_shape,
        "parameters": summary.parameters,
        "multiply_adds": summary.multiply_adds,
        "settings": schema.to_dict(preset.settings),
        "layers": layers,
    }


def entry(preset: Preset) -> Iterator[str]:
    """Yield the lines of *preset* in the list of all: name and title, data, expected accuracy."""
    yield f"{preset.name:<19}{preset.title}; {preset.data_title}"
    yield from _wrapped(preset.expected, " " * 19)


def card(preset: Preset) -> Iterator[str]:
    """Yield the lines that tell *preset* in full."""
    summary = preset.summary
    layers = (f"{layer.label} {layer.settings}".rstrip() for layer in summary.layers)
    yield from (f"{preset.title}  (--preset {preset.name})", "")
    for name, text in (
        ("Data", f"{preset.data_title}, images of {show(preset.input_shape)}"),
        ("Network", "; ".join(layers)),
        ("", f"{summary.parameters:,} parameters, {summary.multiply_adds:,} multiply-adds an image"),
        ("Training", "; ".join(_settings(preset))),
        ("Accuracy", preset.expected),
    ):
        first, *rest = _wrapped(text, " " * 10)
        yield from (f"{name:<10}{first.lstrip()}", *rest)
    for paragraph in preset.about.split("\n\n"):
        yield from ("", *_wrapped(paragraph, ""))


def _settings(preset: Preset) -> Iterator[str]:
    """Yield each setting that has a say in the training of *preset*."""
    values = schema.to_dict(preset.settings)
    for param in schema.params_of(preset.settings):
        if param.matters(preset.settings):
            off = param.off_at_zero and not values[param.name]
            yield f"{param.label.lower()} {'off' if off else _show(values[param.name])}"


def _show(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _wrapped(text: str, indent: str) -> list[str]:
    width = min(WIDEST, shutil.get_terminal_size().columns - 1)
    return textwrap.wrap(
        text, width, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False
    )
