"""Joins runs that are drawn one after another without a visible border."""
