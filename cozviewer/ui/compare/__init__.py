"""Two images side by side, over each other, or without names."""
