"""The ledger: who did what to which thing, and when. Never a name, never a text.

Keeps facts (insert-only), the Merkle tree they are sealed into, and signed heads of that tree.
Lends `writing.write` to every verb, sealed facts in order to followers (`following`), and to residents
receipts they can check without us (`receipts`, `verifying`, the command `gongzhi verify`).
Refuses undeclared kinds and details, long texts, and every change to what was written.
Knows no other room: a fact points to things by random ids only. See docs/ledger.md.
"""
