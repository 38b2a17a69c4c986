"""For a WSGI server: `waitress-serve --connection-limit=1000 wsgi:app`.

The worker is started apart: `grantapp worker`.
"""

from grantapp.app import create_app
from grantapp.config import Settings

app = create_app(Settings.from_env())
