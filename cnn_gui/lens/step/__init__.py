"""A sum of products step by step: the window, value times weight for each cell, and the cell that it makes."""
