"""Transparency: the alpha plane of an image, and the colour under its transparent pixels.

    decode   -> plane.AlphaWriter       collects the plane strip by strip
    source   -> bleeding.with_alpha     colours bled under what is transparent; overviews of both
    viewing  -> plane.Alpha, enlarging  the plane at any level, enlarged beyond level 0

The colour chain stays RGB: networks get the bled colours and never see alpha. Alpha beyond level 0
is always interpolated, never generated.
"""
