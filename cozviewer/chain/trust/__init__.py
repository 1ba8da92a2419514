"""What of a view is real, and how far it can be trusted."""
