"""A pooling layer, window by window: its pictures and its words."""
