"""Sessions: one file that holds a photo's generated levels, and everything needed to reopen it."""
