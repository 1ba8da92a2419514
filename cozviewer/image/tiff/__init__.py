"""TIFF: which pages are pictures, and what Pillow reads wrongly or not at all."""
