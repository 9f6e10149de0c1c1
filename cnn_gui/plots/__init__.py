"""The shared toolbox of pictures: colour maps, mosaics of small maps, and curves. It knows no document."""
