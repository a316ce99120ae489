"""Static files with their content's hash in the name, so that they may be cached for ever."""

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage


class HashedFiles(ManifestStaticFilesStorage):
    """Hashed names where files were collected (a served county), plain names elsewhere (tests)."""

    manifest_strict = False

    def stored_name(self, name: str) -> str:
        return super().stored_name(name) if self.hashed_files else name

    def url(self, name: str, force: bool = False) -> str:  # type: ignore[override]
        return super().url(name, force) if self.hashed_files else super(ManifestStaticFilesStorage, self)._url(
            lambda name, hashed_name=None: name, name, force=False
        )
