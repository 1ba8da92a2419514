"""Which models can be had, what of them is here, and fetching the rest."""
