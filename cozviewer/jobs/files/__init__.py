"""Background jobs on files: opening, reading ahead, listing, saving, downloading."""
