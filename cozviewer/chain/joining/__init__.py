"""How runs that are drawn one after another join without a border."""
