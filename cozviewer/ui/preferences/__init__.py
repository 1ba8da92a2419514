"""Preferences, and the state of the window that is kept between starts."""
