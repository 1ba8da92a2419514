"""Exporting from the window: the dialogs and their choices."""
