"""Facts about an image: its file, its EXIF fields, its histogram."""
