"""The window: camera motion, canvas, comparison, readout, dialogs. All of it on the GUI thread."""
