"""A release is exchanged while people search: no search fails, and no answer mixes two releases."""

import json
import threading
from pathlib import Path

from search_land import GLOSSARY, system

from termserver.build import build_release
from termserver.model.codes import CodeSystemContent, Concept
from termserver.model.text import Text
from termserver.service import TermServer

TYPED = ("diab", "diabetes mellitus", "diabets", "ndhfj", "diabet noe 2", "E1", "mellitus zzzz", "heart attack")


def _release(path: Path, mark: str) -> Path:
    concepts = tuple(
        Concept(f"E{n:03}", Text(f"دیابت نوع {n} {mark}", f"Type {n} diabetes mellitus {mark}")) for n in range(200)
    )
    build_release([CodeSystemContent(system("diseases"), concepts)], path, "diseases", mark)
    return path


def test_a_swap_under_search_load_neither_fails_nor_mixes(tmp_path: Path) -> None:
    paths = [_release(tmp_path / f"{mark}.release", mark) for mark in ("elder", "younger")]
    assert GLOSSARY.terms
    current = [TermServer.open(paths[0])]
    wrong: list[str] = []
    asked = [0]
    done = threading.Event()

    def ask() -> None:
        n = 0
        while not done.is_set():
            server = current[0]  # one answer, one edition
            text = TYPED[n % len(TYPED)]
            n += 1
            try:
                found = server.search(text, limit=30, facets=["system"])
                mark = server.releases[0].manifest.version
                shown = {json.loads(hit)["display_en"].rpartition(" ")[2] for hit in found.hits}
                if shown - {mark} or (found.facets["system"] and found.facets["system"][0].count != found.total):
                    wrong.append(f"{text}: {shown} from {mark}")
            except Exception as error:
                wrong.append(f"{text}: {error!r}")
            asked[0] += 1

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    opened = []
    for n in range(20):
        opened.append(current[0])
        current[0] = TermServer.open(paths[(n + 1) % 2])
        done.wait(0.02)
    done.set()
    for thread in threads:
        thread.join()
    for server in [*opened, current[0]]:
        server.close()
    assert not wrong, wrong[:3]
    assert asked[0] > 50
