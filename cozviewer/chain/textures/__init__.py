"""Texture at depth: where a photo shows even texture, and what a level borrows of it."""
