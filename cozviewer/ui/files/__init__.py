"""Browsing files: the folder of the open photo, recent files, drop and paste; copying and printing
the view."""
