"""Formats read through packages that may be missing, each picture in a process of its own."""
