"""What a layer has learned, and how it learns."""
