"""Preferences, and what of the window is the same at the next start."""
