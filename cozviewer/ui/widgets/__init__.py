"""Small widgets and colours that all parts of the window use."""
