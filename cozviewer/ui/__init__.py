"""The window: camera motion, canvas, comparison, status bar, dialogs. All on the GUI thread."""
