"""How often a layer's windows read each pixel: the words, the table and the remedies."""
