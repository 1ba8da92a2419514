"""TIFF: pages, and files that Pillow reads wrongly or not at all."""
