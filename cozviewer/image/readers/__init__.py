"""Formats read through packages that may be missing, each picture in its own process."""
