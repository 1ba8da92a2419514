"""Sessions: one file that holds a photo's generated levels, and what it takes to open it again."""
