"""Dialogs that belong to no other part of the window."""
