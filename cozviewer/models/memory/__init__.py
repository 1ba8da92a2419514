"""Plans and manages how models share the memory of a device."""
