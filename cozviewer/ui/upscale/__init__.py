"""Upscaling whole photos from the window: the dialog, the queue and its window."""
