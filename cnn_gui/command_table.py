"""The one table of what a person can do: what it is called, where it works, and which keys it has there.

Menus, tooltips, the list of keys and whatever handles a key read it, so that they cannot contradict each other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence


class Place(Enum):
    """Where in the window keys work: EVERYWHERE but in a field that takes them, or on one page or view alone."""

    EVERYWHERE = auto()
    NETWORK = auto()
    PAGE = auto()  # of the microscope, whatever has the focus beside it
    DRAWING = auto()
    TEST_SET = auto()


@dataclass(frozen=True, slots=True)
class Command:
    """One thing to do.

    Attributes:
        name: by which code knows it.
        text: what a menu calls it, with its mnemonic; untranslated.
        tip: what more a tooltip says; untranslated.
        keys: for each place Qt's portable key sequences with '; ' between them, the usual one first.
        icon: names a file of ``resources/icons``.
    """

    name: str
    text: str
    tip: str = ""
    keys: Mapping[Place, str] = field(default_factory=dict)
    icon: str = ""

    @property
    def label(self) -> str:
        """What it is called in a menu, translated."""
        return _tr(self.text)

    @property
    def title(self) -> str:
        """The same for a sentence: without mnemonic and dots."""
        return self.label.replace("&", "").removesuffix("...")

    def sequences(self, place: Place) -> list[QKeySequence]:
        """Return its keys at a place."""
        return QKeySequence.listFromString(self.keys[place]) if place in self.keys else []


_EVERYWHERE, _NETWORK, _PAGE, _DRAWING, _TEST_SET = Place
_T = QT_TRANSLATE_NOOP
COMMANDS: tuple[Command, ...] = (
    Command("new", _T("Commands", "&New"), _T("Commands", "Start an empty network"), {_EVERYWHERE: "Ctrl+N"}, "new"),
    Command("open", _T("Commands", "&Open..."), _T("Commands", "Open a project"), {_EVERYWHERE: "Ctrl+O"}, "open"),
    Command("save", _T("Commands", "&Save"), _T("Commands", "Save the project"), {_EVERYWHERE: "Ctrl+S"}, "save"),
    Command("save_as", _T("Commands", "Save &as..."), "", {_EVERYWHERE: "Ctrl+Shift+S"}),
    Command("quit", _T("Commands", "&Quit"), "", {_EVERYWHERE: "Ctrl+Q"}),
    Command("undo", _T("Commands", "&Undo"), "", {_EVERYWHERE: "Ctrl+Z"}, "undo"),
    Command("redo", _T("Commands", "&Redo"), "", {_EVERYWHERE: "Ctrl+Shift+Z; Ctrl+Y"}, "redo"),
    Command("play", _T("Commands", "&Train, pause or resume"), "", {_EVERYWHERE: "F5", _NETWORK: "Space"}, "play"),
    Command(
        "step", _T("Commands", "&One step"), _T("Commands", "Train on one mini-batch, then pause"),
        {_EVERYWHERE: "F6"}, "step",
    ),
    Command(
        "stop", _T("Commands", "&Stop"), _T("Commands", "End the run; the trained weights are kept"),
        {_EVERYWHERE: "Shift+F5"}, "stop",
    ),
    Command(
        "reset", _T("Commands", "&Reset weights"), _T("Commands", "Start again with new random weights"),
        {_NETWORK: "R"}, "reset",
    ),
    Command(
        "race", _T("Commands", "&Compare implementations..."),
        _T("Commands", "How fast naive loops, im2col and the fast path train this network"),
    ),
    Command(
        "why", _T("Commands", "&Why this class?"),
        _T("Commands", "Which pixels the prediction comes from"), {_EVERYWHERE: "W"},
    ),
    Command(
        "results", _T("Commands", "&Test set"), _T("Commands", "Confusion matrix and mistakes"), {_EVERYWHERE: "T"},
    ),
    Command(
        "side_panel", _T("Commands", "&Side panel"), _T("Commands", "Show or hide the column at the right"),
        {_EVERYWHERE: "F9"}, "side-panel",
    ),
    Command("full_screen", _T("Commands", "&Full screen"), "", {_EVERYWHERE: "F11"}),
    Command("glossary", _T("Commands", "&Glossary"), _T("Commands", "The terms used in this application,"
        " explained"), {_EVERYWHERE: "F1"}),
    Command("keys", _T("Commands", "&Keys"), _T("Commands", "All keys"), {_EVERYWHERE: "H"}, "info"),
    Command("log", _T("Commands", "Show the &log's folder")),
    Command("about", _T("Commands", "&About")),
    Command("search", _T("Commands", "Search the palette"), "", {_EVERYWHERE: "Ctrl+F; /"}),
    Command("card_previous", _T("Commands", "Select the previous layer"), "", {_NETWORK: "Left"}),
    Command("card_next", _T("Commands", "Select the next layer"), "", {_NETWORK: "Right"}),
    Command("card_above", _T("Commands", "Select the layer above"), "", {_NETWORK: "Up"}),
    Command("card_below", _T("Commands", "Select the layer below"), "", {_NETWORK: "Down"}),
    Command("card_first", _T("Commands", "Select the first layer"), "", {_NETWORK: "Home"}),
    Command("card_last", _T("Commands", "Select the last layer"), "", {_NETWORK: "End"}),
    Command(
        "inside", _T("Commands", "Look inside"),
        _T("Commands", "Every number of the selected layer, forward and backward"),
        {_NETWORK: "Return; Enter"}, "search",
    ),
    Command("move_left", _T("Commands", "Move left"), "", {_NETWORK: "Ctrl+Left"}),
    Command("move_right", _T("Commands", "Move right"), "", {_NETWORK: "Ctrl+Right"}),
    Command("delete", _T("Commands", "&Delete layer"), "", {_NETWORK: "Del; Backspace"}, "delete"),
    Command("deselect", _T("Commands", "Select no layer"), "", {_NETWORK: "Esc"}),
    Command("zoom_in", _T("Commands", "Enlarge the network"), "", {_NETWORK: "Ctrl++; Ctrl+="}),
    Command("zoom_out", _T("Commands", "Make the network smaller"), "", {_NETWORK: "Ctrl+-"}),
    Command("zoom_reset", _T("Commands", "Show the network in its normal size"), "", {_NETWORK: "Ctrl+0"}),
    Command("page_play", _T("Commands", "Play or pause"), "", {_PAGE: "Space"}, "play"),
    Command("page_previous", _T("Commands", "One step back"), "", {_PAGE: "Left"}),
    Command("page_next", _T("Commands", "One step on"), "", {_PAGE: "Right"}),
    Command("page_first", _T("Commands", "To the first step"), "", {_PAGE: "Home"}),
    Command("page_last", _T("Commands", "To the last step"), "", {_PAGE: "End"}),
    Command("channel_next", _T("Commands", "Next channel, or the map above"), "", {_PAGE: "Up"}),
    Command("channel_previous", _T("Commands", "Previous channel, or the map below"), "", {_PAGE: "Down"}),
    Command("turn_back", _T("Commands", "Previous page of pictures"), "", {_PAGE: "PgUp"}),
    Command("turn_on", _T("Commands", "Next page of pictures"), "", {_PAGE: "PgDown"}),
    Command("page_up", _T("Commands", "One level up, finally back to the network"), "", {_PAGE: "Esc"}),
    Command("undo_stroke", _T("Commands", "Undo the last stroke"), "", {_DRAWING: "Backspace"}, "undo-stroke"),
    Command("clear_drawing", _T("Commands", "Clear the drawing"), "", {_DRAWING: "Del"}, "clear"),
    Command("pen_wider", _T("Commands", "Thicker pen"), "", {_DRAWING: "+"}),
    Command("pen_finer", _T("Commands", "Thinner pen"), "", {_DRAWING: "-"}),
    Command("image_opened", _T("Commands", "Why the image is predicted as it is"), "", {_TEST_SET: "Return; Enter"}),
    Command("matrix_larger", _T("Commands", "Enlarge the confusion matrix"), "", {_TEST_SET: "+; ="}),
    Command("matrix_smaller", _T("Commands", "Make the confusion matrix smaller"), "", {_TEST_SET: "-"}),
)  # fmt: skip
_BY_NAME = {command.name: command for command in COMMANDS}


def command(name: str) -> Command:
    """Return the command of that name."""
    return _BY_NAME[name]


def named(event: QKeyEvent, *places: Place) -> str:
    """Return the name of the command that a key stands for at one of some places, the first one first; '' for none."""
    for place in places:
        for each in COMMANDS:
            if any(_is_pressed(sequence, event) for sequence in each.sequences(place)):
                return each.name
    return ""


def with_key(text: str, name: str) -> str:
    """Return *text* with the key of a command behind it: 'Train (F5, or Space on the network page)'."""
    keys = [_native(sequence) for sequence in command(name).sequences(Place.EVERYWHERE)[:1]]
    places = (Place.NETWORK, _tr("{0} on the network page")), (Place.DRAWING, _tr("{0} on the drawing"))
    keys += [said.format(_native(each)) for place, said in places for each in command(name).sequences(place)[:1]]
    keys += [_native(sequence) for sequence in command(name).sequences(Place.PAGE)[:1]]
    return f"{text} ({_tr(', or ').join(keys)})" if keys else text


def tip(name: str) -> str:
    """Return the tooltip of a command: what it does, and its key."""
    found = command(name)
    return with_key(_tr(found.tip) if found.tip else found.title, name)


def listed() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return all keys, as a person reads them: for each place its title, and pairs of keys and what they do."""
    titles = {
        Place.EVERYWHERE: _tr("Everywhere"), Place.NETWORK: _tr("On the network page"),
        Place.PAGE: _tr("On a page inside a layer"), Place.DRAWING: _tr("On the drawing"),
        Place.TEST_SET: _tr("On the test set"),
    }  # fmt: skip
    return [
        (title, [
            (", ".join(map(_native, sequences)), each.title)
            for each in COMMANDS if (sequences := each.sequences(place))
        ])
        for place, title in titles.items()
    ]  # fmt: skip


def _is_pressed(sequence: QKeySequence, event: QKeyEvent) -> bool:
    """Return whether *event* is that key. A sign may need Shift on one keyboard or another; a keypad counts too."""
    wanted, modifiers = sequence[0], event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if Qt.Key.Key_Space < wanted.key() < Qt.Key.Key_AsciiTilde and not Qt.Key.Key_A <= wanted.key() <= Qt.Key.Key_Z:
        modifiers &= ~Qt.KeyboardModifier.ShiftModifier
    return wanted.key() == event.key() and wanted.keyboardModifiers() == modifiers


def _native(sequence: QKeySequence) -> str:
    return sequence.toString(QKeySequence.SequenceFormat.NativeText)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Commands", text)
