"""How the numbers of files become grey levels: what a file offers, and the curves."""
