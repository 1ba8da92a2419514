"""Opening pictures: files in, upright sRGB pixels and overviews out."""
