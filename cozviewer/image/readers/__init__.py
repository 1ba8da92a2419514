"""Formats read through packages that may be missing, each image in its own process."""
