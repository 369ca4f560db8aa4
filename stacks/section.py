"""What every table of the settings file has in common."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

AccountId = Annotated[str, StringConstraints(pattern=r"^\d{12}$"), Field(description="Twelve digits, quoted.")]
RoleArn = Annotated[str, StringConstraints(pattern=r"^arn:aws[a-z-]*:iam::\d{12}:role/.+$")]


class Section(BaseModel):
    """A table of the settings file: unknown keys are mistakes, values keep their TOML type, nothing changes later."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
