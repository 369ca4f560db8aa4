"""What every table of the settings file has in common."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from stacks.regions import PARTITION_OF_REGION


def _known_region(region: str) -> str:
    if region not in PARTITION_OF_REGION:
        raise ValueError("is not an AWS Region this product knows (stacks/regions.py)")
    return region


Region = Annotated[str, AfterValidator(_known_region), Field(json_schema_extra={"enum": list(PARTITION_OF_REGION)})]

AccountId = Annotated[str, StringConstraints(pattern=r"^\d{12}$"), Field(description="Twelve digits, quoted.")]
RoleArn = Annotated[str, StringConstraints(pattern=r"^arn:aws[a-z-]*:iam::\d{12}:role/.+$")]


class Section(BaseModel):
    """A table of the settings file: unknown keys are mistakes, values keep their TOML type, nothing changes later."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
