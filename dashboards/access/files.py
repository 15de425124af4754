"""Whose a downloaded file is: Streamlit hands it to whoever knows its address, so its content is bound to a sign-in.

What a file holds names it, so that the same rows may be taken by all to whom they were made out, and by nobody else.
"""

import threading
from collections import OrderedDict
from hashlib import sha256

from dashboards.access.grants import Claims

MOST_FILES = 10_000
"""Files whose owners are remembered. Of one that was pushed out nobody is the owner: it has to be asked for again."""

_owners: OrderedDict[bytes, set[tuple[str, str]]] = OrderedDict()
_lock = threading.Lock()


def made_out(content: bytes, claims: Claims) -> None:
    """Remember that a file was made for a signed-in person."""
    with _lock:
        digest = sha256(content).digest()
        _owners.setdefault(digest, set()).add(_identity(claims))
        _owners.move_to_end(digest)
        while len(_owners) > MOST_FILES:
            _owners.popitem(last=False)


def may_take(content: bytes, claims: Claims) -> bool:
    """Tell whether a file was made for a signed-in person."""
    with _lock:
        return _identity(claims) in _owners.get(sha256(content).digest(), ())


def _identity(claims: Claims) -> tuple[str, str]:
    return str(claims.get("iss", "")), str(claims.get("sub", ""))
