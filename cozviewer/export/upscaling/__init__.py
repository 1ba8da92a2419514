"""Upscaling whole photos: inputs, files, and pixels in bands."""
