"""The Tone panel: how the numbers of a file are shown."""
