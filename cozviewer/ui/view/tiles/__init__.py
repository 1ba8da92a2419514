"""The parts of the pyramid that a pane shows: tiles and drafts, and what is missing."""
