"""Gradient checks of the selected layer, off the GUI thread, and what they found."""
