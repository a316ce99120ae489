"""Static files with their content's hash in the name, so that they may be cached for ever."""

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage


class HashedFiles(ManifestStaticFilesStorage):
    """Hashed names where files were collected (a served county), plain names elsewhere (tests)."""

    def stored_name(self, name: str) -> str:
        return super().stored_name(name) if self.hashed_files else name
