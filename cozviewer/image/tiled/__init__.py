"""Images that are read region by region from their files: slides, maps, scans larger than memory.

`opening` chooses a reader (`protocol.RegionReader`) by the format of the file; `levels` makes the
program's levels of what it reads, with a bounded cache of tiles.
"""
