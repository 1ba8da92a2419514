"""Saving a picture with the truth in it: the pixels, where they come from, what drew them."""
