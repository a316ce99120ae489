"""Numerical and text methods: arrays, Arrow tables or text in, the same out.

Keeps: nothing; every function is pure.
Lends: detection, scanning, forecasting, routing, effects, to rooms above, to notebooks and to the shell.
Refuses: Django, counties, files it was not given; heavy libraries come with the extra `analysis`.
"""
