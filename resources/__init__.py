"""What cozviewer brings along: the sample photo and the icons, installed as cozviewer.resources.

Read them with `importlib.resources.files("cozviewer.resources")`.
"""
