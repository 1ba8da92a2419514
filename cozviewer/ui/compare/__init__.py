"""Comparing images: side by side, over each other, or in a blind test."""
