"""Shared by the commands: options, values, progress, output files."""
