"""A few values of a YAML file set anew, everything else left as it stands."""

from collections.abc import Mapping

import yaml

from termserver.content.yaml_writing import scalar


def with_values(text: str, values: Mapping[str, str]) -> str:
    """The text with these top-level keys set; a key that is not there is added at the end."""
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    pairs = {key.value: (key, value) for key, value in node.value} if isinstance(node, yaml.MappingNode) else {}
    edits = []
    added = []
    for key, value in values.items():
        if key in pairs:
            key_node, old = pairs[key]
            start, end = old.start_mark.index, old.end_mark.index
            if start == end:  # an empty value has no place of its own: it stands behind the colon
                start = end = text.index(":", key_node.end_mark.index) + 1
                edits.append((start, end, f" {scalar(value)}"))
            else:
                edits.append((start, end, scalar(value)))
        else:
            added.append(f"{key}: {scalar(value)}\n")
    for start, end, written in sorted(edits, reverse=True):
        text = text[:start] + written + text[end:]
    return text + ("" if text.endswith("\n") or not added else "\n") + "".join(added)
