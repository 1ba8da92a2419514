"""The blind test: the user rates unlabelled, shuffled sides."""
