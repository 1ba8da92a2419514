"""Getting from file to file: the folder of the open photo, recent files, drop and paste, and what
is done with the view as a whole."""
