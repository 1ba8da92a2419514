"""Maps the values of files to grey levels: ranges, bands and curves."""
