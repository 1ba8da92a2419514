"""The blind test: sides unnamed and shuffled, judged by the user."""
