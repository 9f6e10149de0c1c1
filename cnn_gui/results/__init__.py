"""How the network reads the whole test set: which classes it confuses, and its worst mistakes."""
