"""Files that ship with the application: icons, digits, trained models, and the commands that made them."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent


def path(*parts: str) -> Path:
    """Return the path of a shipped file, e.g. ``path("digits", "bundled.npz")``."""
    return ROOT.joinpath(*parts)
