"""The resident's own page: always open, needs no address."""
