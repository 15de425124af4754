"""Files that hold a secret: made once, readable by their owner alone."""

import os
import secrets
from pathlib import Path


def kept_secret(path: Path) -> str:
    """Return the secret that the file holds, making it (mode 0600) where there is none; raise OSError where it cannot.

    Of several processes that make it at once, all read the first one's.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_hex(32))
                file.flush()
                os.fsync(file.fileno())
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink(missing_ok=True)
    return path.read_text().strip()
