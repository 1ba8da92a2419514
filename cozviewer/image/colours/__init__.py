"""From the colours and depths of files to 8 bits of sRGB."""
