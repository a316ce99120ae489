"""Detection in space: scan statistics over places and time, local statistics, fallback coordinates.

Keeps: nothing; every function is pure and seeded.
Lends: `zones` (circles, grown and flexible shapes), `scan` (Poisson, permutation, expectation-based),
`local` (Moran, Getis-Ord with exact or saddle-point tails), `fallback` (coordinates that are no places).
Refuses: counts that are negative or missing, places without coordinates, searches larger than memory.
"""
