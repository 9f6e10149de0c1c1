"""One sample's way through a network and back with every number, in float64: what the lens looks at."""
