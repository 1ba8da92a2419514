"""The physical size of what is seen: the scale bar, and setting the scale by hand."""
