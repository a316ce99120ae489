"""The top of the house: settings, addresses, the front server and the clockwork.

Keeps: how the rooms are put together and served.
Lends: nothing; only rehearsal and the command line stand above it.
Refuses: business rules; a page that belongs to one room lives there.
"""
