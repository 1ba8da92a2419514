"""Zoom movies: camera path, frames, formats and files."""
