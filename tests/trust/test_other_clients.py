"""What we publish is TUF: the reference client of the specification takes it, and refuses what ours refuses."""

from pathlib import Path

import pytest
from small_committee import Committee, Follower
from tuf.api.exceptions import DownloadHTTPError, RepositoryError
from tuf.ngclient import Updater, UpdaterConfig
from tuf.ngclient.fetcher import FetcherInterface


class FromFolder(FetcherInterface):
    """Answers for addresses below ``folder:`` with the files of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _fetch(self, url: str) -> object:
        path = self._folder / url.removeprefix("folder:")
        if not path.is_file():
            raise DownloadHTTPError("not there", 404)
        return iter([path.read_bytes()])


@pytest.fixture
def now(committee: Committee) -> None:
    """The reference client goes by the real clock."""
    import datetime

    committee.now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)


def client(committee: Committee, folder: Path, publication: Path) -> Updater:
    folder.mkdir(exist_ok=True)
    root = (committee.repository.metadata / "1.root.json").read_bytes()
    return Updater(
        metadata_dir=str(folder),
        metadata_base_url="folder:metadata/",
        target_dir=str(folder),
        target_base_url="folder:targets/",
        fetcher=FromFolder(publication),
        config=UpdaterConfig(),
        bootstrap=root,
    )


def test_the_reference_client_downloads_a_release(now: None, committee: Committee, tmp_path: Path) -> None:
    pin = committee.publish("1405.1")
    publication = committee.repository.folder
    updater = client(committee, tmp_path / "client", publication)
    updater.refresh()
    name = f"standards-1405.1-{pin.digest[:12]}.release"
    info = updater.get_targetinfo(name)
    assert info is not None
    assert info.custom["digest"] == pin.digest
    path = updater.download_target(info)
    assert Path(path).read_bytes() == (tmp_path / "standards-1405.1.release").read_bytes()


def test_the_reference_client_refuses_what_ours_refuses(now: None, committee: Committee, tmp_path: Path) -> None:
    committee.publish("1405.1")
    metadata = committee.repository.metadata / "1.targets.json"
    metadata.write_bytes(metadata.read_bytes().replace(b"1405.1", b"1405.9"))
    with pytest.raises(RepositoryError):
        client(committee, tmp_path / "client", committee.repository.folder).refresh()
    made = Follower(tmp_path / "shelf", committee, committee.repository.folder)
    made.trust()
    assert made.pull().problem is not None
