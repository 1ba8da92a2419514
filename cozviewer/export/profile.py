"""The colour profile that every saved file carries."""

from PIL import ImageCms


def srgb_profile() -> bytes:
    """Return an sRGB profile; always the same one, though littlecms writes the time into it."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = b"".join(part.to_bytes(2, "big") for part in (2000, 1, 1, 0, 0, 0))
    return bytes(profile)
