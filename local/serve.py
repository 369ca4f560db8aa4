"""The server process: `python -m local.serve <port>` serves the embedded AWS on 127.0.0.1 until it is told to stop."""

from __future__ import annotations

import os
import sys
from typing import Final

HOST: Final = "127.0.0.1"

_SETTINGS: Final = {
    "BIND_HOST": HOST,
    "IOT_MTLS_ENABLED": "0",
    "CLOUDTRAIL_RECORDING": "0",
    "LOG_LEVEL": "WARNING",
}


def main(arguments: list[str]) -> None:
    """Installs the adaptors and serves; MiniStack reads its settings when it is imported, so they come first."""
    os.environ.update({**_SETTINGS, "GATEWAY_PORT": arguments[0]})
    sys.argv = sys.argv[:1]
    from ministack import app

    from local.emulator.install import install_adaptors

    install_adaptors()
    app.main()


if __name__ == "__main__":
    main(sys.argv[1:])
