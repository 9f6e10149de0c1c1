"""The four classic illustrations, as the application exports them: ``python -m tests.illustrations OUT``.

Each is a view of the microscope on a small layer: all of its walk as an animated PNG in light and dark, and one place
as an SVG in light, which is for print. The README's: ``python -m tests.illustrations docs/illustrations``.
"""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.pictures import forget_settings, in_each_scheme, settle

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

RATIO = 2.0  # pixels a unit
FORMAT = "apng"  # half as large as a GIF of the same frames
STILL = "light"  # the scheme of the pictures for print
MOTION = 400  # ms, in which what moves comes to its end


def main() -> int:
    """Write every illustration, or those that are named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME", help="only these, e.g. dilation-light")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from cnn_gui import app as application

    forget_settings()
    write_all(application.create(["illustrations"]), options.out, options.only)
    return 0


def write_all(app: "QApplication", out: Path, only: list[str]) -> None:
    """Write each illustration in each scheme, or only those of the names in *only*."""
    from cnn_gui.lens.recording import record
    from cnn_gui.plots.figure import Figure
    from tests import illustrated

    for word in in_each_scheme(app):
        for name, make in illustrated.ALL.items():
            stem = f"{name}-{word}"
            if not only or stem in only:
                shown = make()
                settle(app, MOTION)
                figure = Figure(shown.view, shown.title, shown.about)
                if word == STILL:
                    (out / f"{stem}.svg").write_bytes(figure.svg())
                animation = record(figure, RATIO, shown.steps)
                (out / f"{stem}.png").write_bytes(animation.encoded(FORMAT))
                shown.view.close()


if __name__ == "__main__":
    sys.exit(main())
