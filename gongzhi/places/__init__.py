"""Where things are: the county, its divisions, its grids and the places people name.

Keeps divisions and grids with their codes (GB/T 2260 + statistical codes, GB/T 30428.1), landmarks, and the
one row that says which county this is. Lends `reads` (point → grid, typed words → places, code → names) and
`loading`. Refuses a grid outside its village, a code that does not fit its parent, and a second county.
Knows nothing of people or cases.
"""
