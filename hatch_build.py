"""Every wheel carries a release: the content folders are checked and frozen into the package when it is built.

An editable installation gets the same. If the folders hold an error, the build stops and says which.
"""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SHIPPED = "src/termserver/shipped"


class ShippedRelease(BuildHookInterface):  # type: ignore[type-arg]
    """Builds ``src/termserver/shipped`` before hatchling collects the files of the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        sys.path.insert(0, str(root / "src"))
        from termserver.build import ship
        from termserver.model.errors import TermserverError

        try:
            manifest = ship(root, root / SHIPPED)
        except TermserverError as error:
            self.app.abort(str(error))
        self.app.display_info(f"shipped: {manifest.label} {manifest.digest}")
        build_data["artifacts"].append(f"{SHIPPED}/*")
