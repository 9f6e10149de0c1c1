"""What the channels that a layer reads are called."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from engine.layer import LayerConfig, Shape


@dataclass(frozen=True, slots=True)
class Channels:
    """The colours of an RGB image, or numbers.

    Attributes:
        names: one for each channel; empty where they have numbers.
    """

    names: tuple[str, ...] = ()

    @classmethod
    def behind(cls, before: Sequence[LayerConfig], image: Shape) -> "Channels":
        """Return those behind the layers *before*, which are those of *image* (C, H, W) while no layer mixes them."""
        coloured = len(image) == 3 and image[0] == 3 and all(each.keeps_channels for each in before)
        return cls((_tr("Red"), _tr("Green"), _tr("Blue")) if coloured else ())

    def short(self, channel: int) -> str:
        """Return 'Red', or '3'."""
        return self.names[channel] if self.names else str(channel)

    def title(self, channel: int) -> str:
        """Return 'Red', or 'channel 3'."""
        return self.names[channel] if self.names else _tr("channel {0}").format(channel)


def _tr(text: str) -> str:
    return QCoreApplication.translate("channels", text)
