"""Panels beside the image: facts about the photo and the view, and their histogram."""
