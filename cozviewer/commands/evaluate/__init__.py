"""`cozviewer evaluate`: methods side by side, with figures, as in the paper."""
