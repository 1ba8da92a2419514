"""Opening images: files in, upright sRGB pixels and overviews out."""
