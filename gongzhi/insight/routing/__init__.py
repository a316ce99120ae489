"""The router that learns: from the county's own closed cases, measured on later ones, at work only while better."""
