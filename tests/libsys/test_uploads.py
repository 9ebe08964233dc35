import stat
from io import BytesIO
from pathlib import Path

from django.core.files.uploadedfile import TemporaryUploadedFile
from django.test import RequestFactory


def test_keeps_a_large_upload_in_a_private_folder_of_the_state(settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "home" / "uploads"
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10
    large = BytesIO(b"x" * 100)
    large.name = "large.mrc"

    file = RequestFactory().post("/", {"file": large}).FILES["file"]

    assert isinstance(file, TemporaryUploadedFile)
    assert Path(file.temporary_file_path()).parent == settings.FILE_UPLOAD_TEMP_DIR
    assert stat.S_IMODE(settings.FILE_UPLOAD_TEMP_DIR.stat().st_mode) == 0o700
    assert file.read() == b"x" * 100
    file.close()
