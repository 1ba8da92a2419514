"""Which parts of a view are original, and how reliable the generated ones are."""
