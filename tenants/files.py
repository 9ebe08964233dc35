"""Files that a municipality uploads or the system writes for it lie in its own folder."""

from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage

from tenants.keys import tenant_name


class MunicipalityStorage(FileSystemStorage):
    """Django's file storage below `files/<schema>/`; no name can lead out of it."""

    @property
    def base_location(self) -> str:
        """The current municipality's folder."""
        return str(Path(settings.MEDIA_ROOT) / tenant_name())

    @property
    def location(self) -> str:
        """The current municipality's folder, absolute."""
        return str(Path(self.base_location).resolve())
