"""The status bar: magnification, origin of the pixels, progress and time left."""
