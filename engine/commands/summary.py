"""``cnn-engine summary``."""

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict

from engine.commands import network, options
from engine.commands.network import Network
from engine.shapes import show
from engine.summary import LayerSummary, Summary, summarise

UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    network.add_arguments(parser)
    options.add_json(parser, "one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """Print the title of the network, its table of layers and what it costs."""
    chosen = network.chosen(arguments)
    summary = summarise(chosen.architecture, chosen.input_shape)
    if arguments.json:
        print(json.dumps(as_values(chosen, summary)))
    else:
        print(chosen.title, *table(summary), "", *costs(summary, chosen.settings.batch_size), sep="\n")
    return 0


def as_values(chosen: Network, summary: Summary) -> dict[str, object]:
    """Return all that the table has, and each layer's problem, as plain values for JSON."""
    return {
        "title": chosen.title,
        **asdict(summary),
        "parameters": summary.parameters,
        "multiply_adds": summary.multiply_adds,
        "parameter_bytes": summary.parameter_bytes,
        "activation_bytes": summary.activation_bytes,
        "batch_size": chosen.settings.batch_size,
        "batch_activation_bytes": summary.activation_bytes * chosen.settings.batch_size,
    }


def table(summary: Summary) -> Iterator[str]:
    """Yield a line for each layer: its place, name, settings, output, multiply-adds, parameters, what is wrong."""
    yield _row("", "layer", "settings", "output", "multiply-adds", "parameters")
    yield _row("0", "Input", "", show(summary.input_shape), "", "")
    for position, layer in enumerate(summary.layers, 1):
        output = show(layer.output) if layer.output else "?"
        work = f"{layer.multiply_adds:,}" if layer.multiply_adds else ""
        yield _row(str(position), layer.label, layer.settings, output, work, _parameters(layer))
        if layer.problem:
            yield f"     {layer.problem}"
    yield _row("", "Total", "", "", f"{summary.multiply_adds:,}", f"{summary.parameters:,}")


def costs(summary: Summary, batch_size: int) -> Iterator[str]:
    """Yield a line for each kind of memory, and one that says what is counted."""
    one = summary.activation_bytes
    yield f"Memory of the parameters: {size(summary.parameter_bytes)}; their gradient and each moment take as much."
    yield (
        f"Memory of the activations: {size(one)} for an image,"
        f" {size(one * batch_size)} for a mini-batch of {batch_size:,}."
    )
    yield "Multiply-adds are those of one image, forward; with the way back a step takes about three times as many."


def size(count: int) -> str:
    """Return *count* bytes as a person reads them: '241.0 KiB'."""
    value, unit = float(count), 0
    while value >= 1024 and unit < len(UNITS) - 1:
        value, unit = value / 1024, unit + 1
    return f"{value:,.1f} {UNITS[unit]}" if unit else f"{count} bytes"


def _parameters(layer: LayerSummary) -> str:
    return layer.arithmetic or (f"{layer.parameters:,}" if layer.parameters else "")


def _row(place: str, label: str, settings: str, output: str, work: str, parameters: str) -> str:
    return f"{place:>3}  {label:<16}{settings:<26}{output:<14}{work:>14}  {parameters}".rstrip()
