"""The practice county: its drawing, what people there say, what becomes of it, and the tour for a new clerk.

Keeps how far a rehearsal was played and which tasks of the tour are done. Lends `gongzhi demo` and the tour's pages.
Everything it writes goes through the verbs of other rooms. Refuses to make sign-ins, or a tour, in a county that is
not marked practice. What it planted lies in GONGZHI_DIR/truth/, which no other room reads.
"""
