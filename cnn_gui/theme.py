"""The one place for colours, spacing and icons: light and dark tokens, the palette, the style sheet.

The current scheme travels in the application's QPalette: a widget asks ``tokens(self.palette())`` when it
paints and repaints on ``QEvent.Type.PaletteChange``, so there is no global theme object.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QByteArray, QEvent, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QLineEdit, QWidget

import resources

SPACE = (4, 8, 12, 16, 24)  # px: the only distances used
RADIUS = 6  # px, corners
CARD_WIDTH = 148  # px
TARGET = 28  # px, the smallest thing a person is asked to hit
_NUMBER_INDENT = 8  # px from a spin box's edge to what a QLineEdit begins 2 px before its text
FONT_SMALL, FONT_NORMAL, FONT_LARGE = 11, 13, 16  # px: the only text sizes, where the setting says 100 %
_TEXT_SIZE = "text_size"  # property of the application: % of the usual size
_GROWS = re.compile(
    r"(?<=[ {])((?:font-size|icon-size|(?:min-|max-)?height|width): )([1-9][0-9])px"
)  # of the style sheet


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colours of one scheme, as ``#rrggbb``; ``category`` maps a layer's category to its stripe."""

    dark: bool
    window: str
    surface: str
    raised: str
    line: str
    text: str
    muted: str
    accent: str
    on_accent: str
    good: str
    warning: str
    bad: str
    category: dict[str, str]


LIGHT = Tokens(
    False, "#F6F7F9", "#FFFFFF", "#EEF1F4", "#DDE1E6", "#1B1F24", "#5B6570", "#2563EB", "#FFFFFF",
    "#15803D", "#B45309", "#DC2626",
    {
        "Features": "#2563EB", "Pooling": "#0D9488", "Shape": "#64748B", "Dense": "#7C3AED",
        "Activation": "#D97706", "Regularisation": "#E11D48", "Output": "#15803D",
    },
)  # fmt: skip
DARK = Tokens(
    True, "#14171C", "#1C2128", "#252B34", "#2E3540", "#E6EAF0", "#9AA5B1", "#60A5FA", "#0B1220",
    "#4ADE80", "#FBBF24", "#F87171",
    {
        "Features": "#60A5FA", "Pooling": "#2DD4BF", "Shape": "#94A3B8", "Dense": "#A78BFA",
        "Activation": "#FBBF24", "Regularisation": "#FB7185", "Output": "#4ADE80",
    },
)  # fmt: skip


def tokens(palette: QPalette) -> Tokens:
    """Return the colours of the scheme that *palette* belongs to."""
    shade = palette.color(QPalette.ColorRole.Window)
    if shade.alpha() == 0:  # where a style sheet says "background: transparent", Window is that; ToolTipBase stays
        shade = palette.color(QPalette.ColorRole.ToolTipBase)
    return DARK if shade.lightness() < 128 else LIGHT


def system_tokens() -> Tokens:
    """Return the colours of the scheme that the desktop asks for; light where it does not say."""
    return DARK if QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark else LIGHT


def apply(app: QApplication, scheme: Tokens, text_size: int = 100) -> None:
    """Give the whole application one scheme, and texts of *text_size* % of the usual: Fusion, palette, style sheet."""
    app.setProperty(_TEXT_SIZE, text_size)
    app.setStyle("Fusion")
    app.setPalette(_palette(scheme))
    app.setStyleSheet(_style_sheet(scheme))


def text_scale() -> float:
    """Return how large texts are: 1.0 is usual."""
    app = QApplication.instance()
    percent = app.property(_TEXT_SIZE) if app is not None else None
    return percent / 100 if isinstance(percent, int) else 1.0


def scaled(length: float) -> int:
    """Return a length in px that belongs to texts, such as a line's height, at the chosen text size."""
    return round(length * text_scale())


def indent_numbers(widget: QWidget) -> None:
    """Let the numbers of all spin boxes in *widget* begin where the text of other fields does.

    A style sheet cannot: QStyleSheetStyle has a spin box's line begin at its left edge, whatever the padding is.
    """
    for box in [widget, *widget.findChildren(QAbstractSpinBox)]:
        if isinstance(box, QAbstractSpinBox):
            box.findChild(QLineEdit).setTextMargins(_NUMBER_INDENT, 0, 0, 0)


def icon(name: str, colour: str, disabled: str = "") -> QIcon:
    """Return ``resources/icons/<name>.svg`` drawn in *colour* (``#rrggbb``); sharp at 1x, 2x and 3x.

    Where it is disabled it is drawn in *disabled*, or else as Qt makes a picture look then: paler.
    """
    result = QIcon()
    for size in (16, 20, 24, 32, 48, 72):
        result.addPixmap(_pixmap(name, colour, size))
        if disabled:
            result.addPixmap(_pixmap(name, disabled, size), QIcon.Mode.Disabled)
    return result


@lru_cache(maxsize=512)
def _pixmap(name: str, colour: str, size: int) -> QPixmap:
    svg = resources.path("icons", f"{name}.svg").read_text(encoding="utf-8").replace("currentColor", colour)
    pixmap = QPixmap(QSize(size, size))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(0, 0, size, size))
    painter.end()
    return pixmap


@lru_cache(maxsize=1)
def _read_sheet() -> str:
    return resources.path("style.qss").read_text(encoding="utf-8")


def follow_text_size(widget: QWidget, fit: Callable[[], object]) -> None:
    """Call *fit* now, and whenever the font of *widget* is another: it sets what ``scaled`` gives."""
    fit()
    _TextFollower(widget, fit)


class _TextFollower(QObject):
    """Looks for the event; it lives as long as its widget.

    Thread: the GUI's.
    """

    def __init__(self, widget: QWidget, fit: Callable[[], object]) -> None:
        super().__init__(widget)
        self._fit = fit
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FontChange:
            self._fit()
        return False


def _palette(scheme: Tokens) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for name, colour in (
        (role.Window, scheme.window), (role.Base, scheme.surface), (role.AlternateBase, scheme.raised),
        (role.Button, scheme.surface), (role.ToolTipBase, scheme.raised), (role.WindowText, scheme.text),
        (role.Text, scheme.text), (role.ButtonText, scheme.text), (role.ToolTipText, scheme.text),
        (role.PlaceholderText, scheme.muted), (role.Highlight, scheme.accent), (role.Accent, scheme.accent),
        (role.HighlightedText, scheme.on_accent), (role.Link, scheme.accent), (role.Mid, scheme.line),
    ):  # fmt: skip
        palette.setColor(name, QColor(colour))
    for name in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, QColor(scheme.muted))
    return palette


def _style_sheet(scheme: Tokens) -> str:
    sheet = _GROWS.sub(lambda found: f"{found[1]}{scaled(int(found[2]))}px", _read_sheet())
    return sheet % {
        "window": scheme.window, "surface": scheme.surface, "raised": scheme.raised, "line": scheme.line,
        "text": scheme.text, "muted": scheme.muted, "accent": scheme.accent, "on_accent": scheme.on_accent,
        "good": scheme.good, "warning": scheme.warning, "bad": scheme.bad,
        "icons": resources.path("icons").as_posix(), "scheme": "dark" if scheme.dark else "light",
    }  # fmt: skip
