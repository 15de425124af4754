"""Whose a downloaded file is: Streamlit hands it to whoever knows its address, so its content is bound to a sign-in.

What a file holds names it, so that the same rows may be taken by all to whom they were made out, and by nobody else.
Who has another role or other employers since is somebody else, and a file from before an erasure is nobody's.
"""

import threading
from collections import OrderedDict
from hashlib import sha256

from dashboards.access.grants import Claims
from dashboards.access.viewer import Viewer
from dashboards.keeping import is_erased
from dashboards.pointer import Generation

Owner = tuple[str, str, Viewer]

MOST_FILES = 10_000
"""Files whose owners are remembered. Of one that was pushed out nobody is the owner: it has to be asked for again."""

_owners: OrderedDict[bytes, dict[Owner, Generation]] = OrderedDict()
_lock = threading.Lock()


def made_out(content: bytes, claims: Claims, viewer: Viewer, generation: Generation) -> None:
    """Remember that a file was made for a signed-in person, as what the grants made of them then, and of which data."""
    with _lock:
        digest = sha256(content).digest()
        _owners.setdefault(digest, {})[_owner(claims, viewer)] = generation
        _owners.move_to_end(digest)
        while len(_owners) > MOST_FILES:
            _owners.popitem(last=False)


def may_take(content: bytes, claims: Claims, viewer: Viewer) -> bool:
    """Tell whether a file was made for a signed-in person, as what the grants make of them now."""
    with _lock:
        generation = _owners.get(sha256(content).digest(), {}).get(_owner(claims, viewer))
    return generation is not None and not is_erased(generation)


def _owner(claims: Claims, viewer: Viewer) -> Owner:
    return str(claims.get("iss", "")), str(claims.get("sub", "")), viewer
