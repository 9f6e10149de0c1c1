"""The menu of published networks, and what loading one of them means."""

from collections.abc import Callable
from dataclasses import replace
from html import escape

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMenu

from cnn_gui.document import Document
from engine import presets
from engine.presets import Preset
from engine.settings import TrainingSettings

HELD_OUT = 0.1  # of the training images, for the validation curve


def fill(menu: QMenu, document: Document, opened: Callable[[Preset], None]) -> None:
    """Offer every preset in *menu*, and say which one was *opened*; it rests while a run owns the network."""
    for name in presets.BUILDERS:
        preset = presets.load(name)
        action = menu.addAction(preset.title, lambda name=name: opened(load(document, name)))
        first, *_ = preset.about.split("\n\n")
        action.setToolTip(f"<p>{escape(first)}</p>")  # only rich text is broken into lines
        action.setProperty("icon_name", "preset")
    menu.setToolTipsVisible(True)
    document.lock_changed.connect(menu.setDisabled)


def load(document: Document, name: str) -> Preset:
    """Put the preset *name*, network and settings, in the place of the present ones; return it as it is there."""
    preset = presets.load(name)
    architecture = presets.for_classes(preset.architecture, len(document.data.class_names))
    text = QCoreApplication.translate("preset_menu", "Load {0}").format(preset.title)
    document.replace(architecture, text, watched(preset.settings))
    return replace(preset, architecture=architecture)


def watched(settings: TrainingSettings) -> TrainingSettings:
    """Return the settings of a preset for a person who watches: a part is held out, so that there is a validation."""
    return replace(settings, validation=settings.validation or HELD_OUT)
