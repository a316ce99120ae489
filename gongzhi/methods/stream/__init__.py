"""Detection by the minute: exact charts for event rates, a bank over many keys, bursts told from bulk entry.

Keeps: nothing but the state a caller saves and restores.
Lends: `exact` (run lengths by Markov chain), `mixture` (charts for an unknown rise), `bank` (many keys at
once), `clock` and `learn` (what to expect when, learned from history), `budget` (false findings a month),
`bursts` (daily counts, bulk entry named as such).
Refuses: events out of order, rates that are not positive, counts that are no counts.
"""
