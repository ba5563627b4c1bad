"""What the clients of one release of FHIR left in this process: caches of resources, and closure tables.

It outlives an edition: a client that is amid its work when another edition takes over goes on with what it sent.
"""

from termserver.api.fhir.caches import Caches
from termserver.fhir.closure import Closures
from termserver.fhir.library import Parses


class ClientState:
    """Safe to share between threads, and between the edition that leaves and the one that comes."""

    def __init__(self) -> None:
        self.parses = Parses()
        self.caches = Caches(self.parses)
        self.closures = Closures()
