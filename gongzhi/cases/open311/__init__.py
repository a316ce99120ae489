"""The door for other people's programs: Open311 GeoReport v2, mounted at /open311/.

It keeps nothing of its own but keys: a request is a voice, received by the same verb as on the pages, and what it
lists are public cases as anyone may read them. It lends discovery, services, definitions, tokens and requests in XML
and JSON. It refuses exact positions, unmasked words, and everything about an officer.
"""
