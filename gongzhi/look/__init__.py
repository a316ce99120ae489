"""look: how every page looks and speaks.

Keeps the frame of pages, the style sheet, icons, template tags, charts, display modes, printed pages and the
tool that keeps translations. Lends `{% load look %}`, `charts`, `printed.offer/drop`, `colours`, `messages`.
Refuses to know any thing of the county: it shows what it is given, in Chinese and English, to everybody alike.
Nothing here needs JavaScript, another host, or an inline style.
"""
