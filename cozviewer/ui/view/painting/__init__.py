"""Painting of images: tiles, backdrops, by the CPU or with OpenGL."""
