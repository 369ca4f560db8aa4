"""Service Quotas, as far as it says what the quotas are: MiniStack has nothing of it.

Every account has AWS's defaults, as of 2026-11; none of them is enforced here.
https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ministack import app
from ministack.core import router
from ministack.core.responses import get_region

from local.emulator.answers import Answer, RefusalError, json_answer, json_body, operation
from local.emulator.hooks import add_entry

SERVICE: Final = "servicequotas"
DEFAULTS: Final[Mapping[str, Mapping[str, int]]] = {
    "logs": {"Log groups": 1_000_000},
    "events": {"Rules": 300},
}


def install() -> None:
    """Adds the service."""
    patterns = {"target_prefixes": ["ServiceQuotasV20190624"], "host_patterns": [r"servicequotas\."]}
    add_entry(router.SERVICE_PATTERNS, SERVICE, patterns)
    add_entry(app.SERVICE_HANDLERS, SERVICE, _api)


async def _api(_method: str, _path: str, headers: Mapping[str, str], body: bytes, _query: Any) -> Answer:
    name, members = operation(headers), json_body(body)
    try:
        if name not in ("ListServiceQuotas", "ListAWSDefaultServiceQuotas"):
            raise RefusalError("UnknownOperationException", name)
        return json_answer(_list(members))
    except RefusalError as refusal:
        return refusal.answer()


def _list(members: dict[str, Any]) -> dict[str, Any]:
    service = members["ServiceCode"]
    if service not in DEFAULTS:
        raise RefusalError("NoSuchResourceException", f"there is no service {service}")
    return {
        "Quotas": [
            {"ServiceCode": service, "QuotaName": name, "Value": value, "QuotaArn": f"arn:aws:{SERVICE}:{get_region()}"}
            for name, value in DEFAULTS[service].items()
        ]
    }
