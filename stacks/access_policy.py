from typing import Any


def access_policy(settings: Any) -> dict[str, Any]:
    return {}
