"""``cnn-engine summary``."""

import argparse
import json
from dataclasses import asdict

from engine.commands import network, options
from engine.commands.network import Network
from engine.summary import Summary, costs, summarise, table


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
