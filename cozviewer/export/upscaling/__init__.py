"""Whole photos upscaled: what, in which files, band by band."""
