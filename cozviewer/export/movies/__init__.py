"""Zoom movies: the way of the camera, frames, formats and files."""
