"""Whole slides, maps, pages and drawings, read region by region in their own process.

`opening` chooses the reader of a file; `reader` is the program's side, `child` that of the process,
in which one of `slides`, `maps`, `pdf_pages` and `drawings` calls a library.
"""
