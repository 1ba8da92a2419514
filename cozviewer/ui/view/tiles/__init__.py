"""What a pane shows of the pyramid: tiles, drafts, and what is missing."""
