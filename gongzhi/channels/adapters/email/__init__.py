"""E-mail by the county's own mail server."""
