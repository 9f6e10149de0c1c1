"""``cnn-gui`` and ``python -m cnn_gui``: look for what is missing first, then open the window."""

import sys

from cnn_gui import preflight


def main() -> int:
    """Open the window; return the exit code. Where something is missing, say what and exit with 2."""
    preflight.check_or_exit()
    from cnn_gui import app  # only now: Qt aborts where one of its libraries is missing

    return app.run(sys.argv)


if __name__ == "__main__":
    sys.exit(main())
