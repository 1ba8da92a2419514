"""The status bar: what is shown, what is in progress, and how long it takes."""
