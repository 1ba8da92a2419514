"""Panels beside the image: what is known about the photo and the view, and their histogram."""
