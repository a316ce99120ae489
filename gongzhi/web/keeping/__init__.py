"""Keeping a county: its backup, its way back, and what the doctor looks at.

Lends `gongzhi backup`, `gongzhi restore` and the checks of `gongzhi doctor`. A backup is one tar file: the database in
one snapshot, every file of the county's folder that cannot be made anew, the keys (sealed under a passphrase if
wished), and a manifest with the checksum of each. Refuses to write over anything: a file, a folder, a database.
"""
