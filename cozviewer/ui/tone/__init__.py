"""The Tone panel: window, stretch, gamma and bands of a file."""
