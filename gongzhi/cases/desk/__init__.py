"""The workplace of the room cases: pages for those who do the work.

Keeps nothing. Each view asks a permit, cleans what came, calls one verb or one read, and renders.
Lends its addresses (`desk:…`). Refuses what the reads do not show to the acting post, always as "not found",
so that nobody learns of a case by being refused it.
"""
