"""Where generated tiles are kept: one SQLite file for each photo and recipe."""
