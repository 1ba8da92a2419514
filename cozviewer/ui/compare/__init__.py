"""Two pictures side by side, over each other, or without names."""
