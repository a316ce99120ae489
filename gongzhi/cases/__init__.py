"""Voices and cases: what residents say, and what is done about it until it is closed and rated.

Keeps matters, responsibilities, cases, voices, entries, ratings and photos; two texts of every voice, one masked
and one sealed. Lends verbs by stage of life (intake, dispatch, handling, closing, rating), cards for pages
(course, lists, inbox, casefile, numbers) and the suggestion of a matter (matters). Refuses to show a complaint to
the officer it is about, to pass a case on without a coded reason and a named receiver, and to reset a clock.
"""
