"""The ground floor: what every part of the program may use and nothing here depends on."""
