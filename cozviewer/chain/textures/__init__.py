"""Texture at depth: finds even texture in a photo, and adds it to generated levels."""
