"""The difference between two JSON values as a third one: a merge patch (RFC 7386).

A member that is null in the patch is taken out; lists are replaced whole. So a value that holds null
itself cannot be told from one without it: in the messages of the exchange the two mean the same.
"""

from typing import Any


def difference(before: Any, after: Any) -> Any:
    """The patch that makes ``after`` of ``before``; an empty object where they say the same."""
    if not isinstance(before, dict) or not isinstance(after, dict):
        return after
    patch = {name: None for name in before if after.get(name) is None and before[name] is not None}
    for name, member in after.items():
        if member is None:
            continue
        if name not in before or before[name] is None or not isinstance(member, dict):
            if before.get(name) != member or isinstance(before.get(name), bool) != isinstance(member, bool):
                patch[name] = member
        elif before[name] != member:
            patch[name] = difference(before[name], member)
    return patch


def applied(before: Any, patch: Any) -> Any:
    """What ``patch`` makes of ``before``, which stays as it is."""
    if not isinstance(patch, dict):
        return patch
    made = dict(before) if isinstance(before, dict) else {}
    for name, member in patch.items():
        if member is None:
            made.pop(name, None)
        else:
            made[name] = applied(made.get(name), member)
    return made
