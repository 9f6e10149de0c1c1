"""The menu of published networks, and what loading one of them means."""

from collections.abc import Callable
from dataclasses import replace
from html import escape

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMenu

import resources
from cnn_gui.document import Document
from cnn_gui.project_files import ProjectFiles
from engine import presets
from engine.presets import Preset
from engine.settings import TrainingSettings

TRAINED = ("models", "lenet5.cnn")  # in resources
HELD_OUT = 0.1  # of the training images, for the validation curve


def fill(menu: QMenu, files: ProjectFiles, document: Document, opened: Callable[[Preset], None]) -> None:
    """Offer the trained network that ships and every preset in *menu*, and say which preset was *opened*, if one was.

    Each begins an untitled project; the one before is asked about first, and so is a run.
    """

    def choose(name: str) -> None:
        if (preset := load(files, document, name)) is not None:
            opened(preset)

    trained = menu.addAction(QCoreApplication.translate("preset_menu", "Trained LeNet-5"), lambda: open_trained(files))
    trained.setToolTip(QCoreApplication.translate("preset_menu", "The trained network that comes with the application"))
    trained.setProperty("icon_name", "preset")
    menu.addSeparator()
    for name in presets.BUILDERS:
        preset = presets.load(name)
        action = menu.addAction(preset.title, lambda name=name: choose(name))
        first, *_ = preset.about.split("\n\n")
        action.setToolTip(f"<p>{escape(first)}</p>")  # only rich text is broken into lines
        action.setProperty("icon_name", "preset")
    menu.setToolTipsVisible(True)


def open_trained(files: ProjectFiles) -> bool:
    """Open the trained LeNet-5 that ships; False if a person cancels."""
    return files.may_discard() and files.open_path(resources.path(*TRAINED), untitled=True)


def load(files: ProjectFiles, document: Document, name: str) -> Preset | None:
    """Begin an untitled project with the preset *name*; return it as it is there, None if a person cancels."""
    preset = presets.load(name)
    architecture = presets.for_classes(preset.architecture, len(document.data.class_names))
    begun = files.begin(architecture, watched(preset.settings))
    return replace(preset, architecture=architecture) if begun else None


def watched(settings: TrainingSettings) -> TrainingSettings:
    """Return the settings of a preset for a person who watches: a part is held out, so that there is a validation."""
    return replace(settings, validation=settings.validation or HELD_OUT)
