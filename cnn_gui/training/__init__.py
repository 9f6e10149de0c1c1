"""Training on a thread of its own, and what it shows to the GUI."""
