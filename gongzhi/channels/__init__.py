"""Channels: what the county sends, and by which way.

Keeps: one row per outgoing message, its address and secrets sealed; the key file's reading; the adapters.
Lends: `outbox.put` and `outbox.cancel` (inside the sender's transaction), `delivering.deliver_due` (for the
clockwork), `claiming.claim` (rows of any queue table, with leases), `reads` of what was sent and what failed.
Refuses: to hold an address or a link in the clear, to decide whom to write to, to stop a verb because a
channel is down.
"""
