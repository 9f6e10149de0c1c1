"""``cnn-gui`` and ``python -m cnn_gui``: look for what is missing first, then open the window."""

import gc
import sys

from cnn_gui import preflight


def main() -> int:
    """Open the window; return the exit code. Where something is missing, say what and exit with 2."""
    preflight.check_or_exit()
    gc.disable()  # a start leaves nothing to collect, and looking for it takes long; app.run sees to it from then on
    from cnn_gui import app  # only now: Qt aborts where one of its libraries is missing

    return app.run(sys.argv)


if __name__ == "__main__":
    sys.exit(main())
