"""`cozviewer evaluate`: methods side by side, with figures, as the paper does it."""
