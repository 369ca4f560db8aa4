"""Who deploys: the part of the settings that pipelines and their roles are made of."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from stacks.section import Section

Repository = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})/[A-Za-z0-9._-]{1,100}$"),
    Field(description="owner/name"),
]
Environment = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$"),
    Field(description="An environment of the repository; its reviewers approve."),
]
Branch = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$")]
ConnectionArn = Annotated[
    str,
    StringConstraints(pattern=r"^arn:aws[a-z-]*:code(star-)?connections:[a-z0-9-]+:\d{12}:connection/[0-9a-f-]{36}$"),
]
SettingsFile = Annotated[str, StringConstraints(pattern=r"^config/[A-Za-z0-9._-]+\.toml$")]


class GitHub(Section):
    """GitHub Actions deploys, without a stored key: jobs of these environments of one repository take a role."""

    repository: Repository
    environments: Annotated[tuple[Environment, ...], Field(min_length=1)]
    creates_provider: bool = True
    in_management_account: bool = False


class CodePipelineSource(Section):
    """CodePipeline deploys: where it takes the code and the settings from."""

    repository: Repository
    connection_arn: ConnectionArn
    branch: Branch = "main"
    settings_file: SettingsFile
    deploys_rollout: bool = False


class Pipeline(Section):
    """Who deploys; by default a person."""

    github: GitHub | None = None
    codepipeline: CodePipelineSource | None = None
