"""Facts about a picture: its file, its EXIF fields, its histogram."""
