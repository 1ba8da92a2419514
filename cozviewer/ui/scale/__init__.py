"""Physical size: the scale bar, and setting the scale by hand."""
