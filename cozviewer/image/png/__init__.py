"""PNG features that Pillow lacks: damaged or large chunks, and colour."""
