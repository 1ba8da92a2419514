"""The line below the picture: what is seen, what is being done, how long it takes."""
