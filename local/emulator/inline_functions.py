"""Inline Python functions find the module `cfnresponse`, as on AWS; MiniStack packs their own code alone.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-lambda-function-code-cfnresponsemodule.html
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from ministack.services.cloudformation import provisioners

from local.emulator.hooks import replace

_MODULE: Final = Path(__file__).with_name("cfnresponse.py")


def install() -> None:
    """Adds the module to what is packed."""
    replace(provisioners, "_zip_inline", _with_module)


def _with_module(original: Callable[..., Any]) -> Callable[..., Any]:
    def pack(code: Any, handler: str, runtime: str) -> Any:
        packed = original(code, handler, runtime)
        if not packed or not runtime.startswith("python"):
            return packed
        buffer = io.BytesIO(packed)
        with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("cfnresponse.py", _MODULE.read_text(encoding="utf-8"))
        return buffer.getvalue()

    return pack
