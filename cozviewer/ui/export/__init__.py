"""Saving pictures, movies and strips from the window."""
