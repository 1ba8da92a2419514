"""Exporting from the window: the dialogs, and what can be chosen in them."""
