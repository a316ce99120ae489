"""People: who works here, in which post, with which permits, and who looked at whose personal data.

Keeps: accounts, organs, posts with leave and cover, looks with their purpose, sign-in strain.
Lends: `permits` (what a role may do; `@permit`, `@public`), `middleware.actor_of(request)`, `reads` of organs and
posts, `vaulting` (sealing of originals), `purposes.look` and `looks_at`, the pages of sign-in and of posts.
Refuses: role names in logic, a look without purpose and basis, two administrators' duties in one hand,
residents' accounts (a resident needs none).
"""
