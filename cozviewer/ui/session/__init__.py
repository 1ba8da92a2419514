"""Sessions and bookmarks in the window."""
