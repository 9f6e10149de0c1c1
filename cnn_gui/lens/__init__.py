"""The lens: what the selected layer has learned, and what it makes of one image."""
