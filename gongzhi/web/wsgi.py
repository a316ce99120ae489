"""The WSGI callable behind the front; also usable under any other WSGI server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongzhi.web.settings")
application = get_wsgi_application()
