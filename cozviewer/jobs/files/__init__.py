"""Work on files beside the window: opening, reading ahead, listing, saving, downloading."""
