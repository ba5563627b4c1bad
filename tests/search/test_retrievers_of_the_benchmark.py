"""The retrievers that the benchmark compares find the same concepts."""

import sys
from pathlib import Path

import pytest
from search_land import DISEASES, INSURERS

from termserver.search.ranking import in_rank_order

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.retrievers.fts5 import Fts5Retriever
from benchmarks.retrievers.interface import Retriever
from benchmarks.retrievers.postings import PostingRetriever
from benchmarks.retrievers.whoosh_retriever import WhooshRetriever

TYPED = [
    "d",
    "e11",
    "E11.9",
    "diabetes typ",
    "type 2 diabetes",
    "قلبی",
    "ديابت",
    "تامین",
    "crohns",
    "cat",
    "zzz",
    "",
    "neph",
]


@pytest.mark.parametrize(
    "peer",
    [Fts5Retriever(), Fts5Retriever(bm25=True), WhooshRetriever(), WhooshRetriever(scored=True)],
    ids=lambda peer: peer.name,
)
def test_a_peer_finds_the_concepts_that_we_find(tmp_path: Path, peer: Retriever) -> None:
    entries = in_rank_order([DISEASES, INSURERS])
    ours = PostingRetriever()
    ours.build(entries, tmp_path)
    peer.build(entries, tmp_path)
    for text in TYPED:
        assert sorted(peer.find(text)) == sorted(ours.codes(ours.find(text))), text
    peer.close()
    ours.close()
