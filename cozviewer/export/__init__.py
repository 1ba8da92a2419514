"""Exporting: images, movies and sheets as files, with their origin as metadata.

The way of an export: a task (`tasks`) → missing tiles (`run`) → origin (`provenance`, `origin`) →
file (`image`, `large`, `movie`, `strip`) → signature (`signing`).
"""
