"""Files by their content, and on the disk before anybody is told."""

import hashlib
import os
import threading
from pathlib import Path

import pytest
from obstore.store import MemoryStore

from grantapp.storage.files import Damaged, Files

CONTENT = b"%PDF-1.7 une piece"
SHA = hashlib.sha256(CONTENT).hexdigest()


def place(tmp_path: Path) -> Path:
    return tmp_path / "files" / SHA[:2] / SHA[2:4] / SHA


def test_a_file_is_kept_under_its_fingerprint(files: Files, tmp_path: Path):
    assert files.keep(CONTENT) == SHA
    assert place(tmp_path).read_bytes() == CONTENT
    assert files.read(SHA) == CONTENT


def test_the_same_bytes_are_kept_once(files: Files, tmp_path: Path):
    assert files.keep(CONTENT) == files.keep(CONTENT)
    assert [path.name for path in (tmp_path / "files").rglob("*") if path.is_file()] == [SHA]


def test_a_file_that_is_not_there_is_said_so(files: Files):
    assert not files.exists(SHA)
    with pytest.raises(FileNotFoundError):
        files.read(SHA)
    files.keep(CONTENT)
    assert files.exists(SHA)


def test_a_damaged_file_is_never_given_for_the_right_one(files: Files, tmp_path: Path):
    files.keep(CONTENT)
    place(tmp_path).write_bytes(CONTENT[:-1])
    with pytest.raises(Damaged):
        files.read(SHA)


def test_a_file_cut_short_by_a_power_cut_is_mended_when_it_is_sent_again(files: Files, tmp_path: Path):
    files.keep(CONTENT)
    place(tmp_path).write_bytes(b"")
    files.keep(CONTENT)
    assert files.read(SHA) == CONTENT


@pytest.mark.parametrize("name", ["../secret_key", "", "A" * 64, "g" * 64, f"{SHA}/../{SHA}"])
def test_only_a_fingerprint_names_a_file(files: Files, name: str):
    with pytest.raises(ValueError, match="hexadecimal"):
        files.read(name)


def test_the_file_and_every_folder_above_it_are_on_the_disk_before_keep_returns(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    synced: list[str] = []
    real = os.fsync

    def watched(descriptor: int) -> None:
        synced.append(os.readlink(f"/proc/self/fd/{descriptor}"))
        real(descriptor)

    if not Path("/proc/self/fd").exists():
        pytest.skip("only Linux tells the path of a descriptor")
    monkeypatch.setattr(os, "fsync", watched)
    for _ in range(2):  # the second time too: another thread may have written and not yet waited
        synced.clear()
        files.keep(CONTENT)
        above = place(tmp_path)
        assert synced == [str(each) for each in (above, *above.parents[:3])]


def test_two_threads_may_keep_the_same_bytes(files: Files):
    big = os.urandom(2_000_000)
    kept: list[str] = []
    threads = [threading.Thread(target=lambda: kept.append(files.keep(big))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert kept == [hashlib.sha256(big).hexdigest()] * 4
    assert files.read(kept[0]) == big


def test_a_folder_may_have_any_name(tmp_path: Path):
    sha = Files.at(f"file://{tmp_path}/mes pièces à 100 %20 #1?").keep(CONTENT)
    assert (tmp_path / "mes pièces à 100 %20 #1?" / sha[:2] / sha[2:4] / sha).exists()


def test_a_bucket_does_as_well_as_a_folder():
    files = Files(MemoryStore(), None)
    assert files.read(files.keep(CONTENT)) == CONTENT
    assert files.keep(CONTENT) == SHA
    assert files.exists(SHA)
