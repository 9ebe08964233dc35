"""Where a large upload lies while it arrives."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import TemporaryFileUploadHandler


class UploadHandler(TemporaryFileUploadHandler):
    """Django's, but it makes the folder for what arrives: the state folder may be new."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file."""
        Path(settings.FILE_UPLOAD_TEMP_DIR).mkdir(mode=0o700, parents=True, exist_ok=True)
        super().new_file(*args, **kwargs)
