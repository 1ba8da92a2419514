"""Exports and upscaling on threads, here or on a cluster."""
