"""The editor room: the palette of layers, the network as a chain of cards, and the settings of one layer."""
