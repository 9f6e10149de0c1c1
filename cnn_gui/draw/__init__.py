"""The drawing room: a canvas for a digit, the picture that the network receives, and its answer."""
