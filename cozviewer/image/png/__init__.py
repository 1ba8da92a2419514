"""What Pillow leaves out of PNG: chunks that are damaged or large, and colour."""
