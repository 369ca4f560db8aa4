"""Carries a template to every account of organizational units, in waves that stop when too much fails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import aws_cdk as cdk
from constructs import Construct

from constructs_lib.pseudo_parameters import PARTITION, REGION


@dataclass(frozen=True, kw_only=True)
class Carried:
    """One template on its way.

    Args:
        stack_set_name: How AWS calls the StackSet; another name is another StackSet.
        body: The template, at most 51,200 bytes.
        regions: Where it goes in each account, in this order.
        parameters: The values of its parameters.
    """

    stack_set_name: str
    body: str
    regions: Sequence[str]
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Reach:
    """Which accounts: of the units all, the included alone, or all but the excluded.

    An account that is added to a unit later is enrolled by itself, but for a list of included accounts: AWS does not
    ask such lists then, and would enrol everybody.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-manage-auto-deployment.html
    """

    organizational_units: Sequence[str]
    included: Sequence[str] = ()
    excluded: Sequence[str] = ()

    def targets(self) -> cdk.CfnStackSet.DeploymentTargetsProperty:
        """As CloudFormation takes it; UNION is refused on create."""
        accounts = [*(self.included or self.excluded)]
        return cdk.CfnStackSet.DeploymentTargetsProperty(
            organizational_unit_ids=[*self.organizational_units],
            account_filter_type=("INTERSECTION" if self.included else "DIFFERENCE") if accounts else None,
            accounts=accounts or None,
        )


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How fast, and when to stop; of an automatic enrolment AWS asks none of it.

    Args:
        max_concurrent_percent: Accounts at once, 1 to 100. In fact at most one more than may still fail.
        failure_tolerance_percent: Accounts per Region that may fail before nothing more is begun, 0 to 100.
        regions_in_parallel: All Regions at once, or one after the other.
    """

    max_concurrent_percent: int
    failure_tolerance_percent: int
    regions_in_parallel: bool

    def preferences(self, regions: Sequence[str]) -> cdk.CfnStackSet.OperationPreferencesProperty:
        """As CloudFormation takes it."""
        return cdk.CfnStackSet.OperationPreferencesProperty(
            max_concurrent_percentage=self.max_concurrent_percent,
            failure_tolerance_percentage=self.failure_tolerance_percent,
            concurrency_mode="STRICT_FAILURE_TOLERANCE",
            region_concurrency_type="PARALLEL" if self.regions_in_parallel else "SEQUENTIAL",
            region_order=None if self.regions_in_parallel else [*regions],
        )


class MemberStackSets(Construct):
    """One StackSet for each template, each after those before it; an account that joins later gets the first first.

    A stack is removed when its account leaves the units: a kept one would log against a key that refuses it and stand
    in the way when the account returns. Evidence stays in the archive.

    Args:
        carried: The templates in their order, by construct id.
        reach: Which accounts.
        pace: How fast.
        management_account: Owner of the StackSets, a delegated administrator's too.
        call_as: Whether the stack's account is the management account (`SELF`) or a delegated administrator.
        after: What must have succeeded everywhere before, for instance the same templates in other units.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        carried: Mapping[str, Carried],
        reach: Reach,
        pace: Pace,
        management_account: str,
        call_as: Literal["SELF", "DELEGATED_ADMIN"],
        after: MemberStackSets | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        self._management_account = management_account
        self._sets: list[cdk.CfnStackSet] = []
        for name, template in carried.items():
            self._sets.append(self._stack_set(name, template, reach=reach, pace=pace, call_as=call_as))
        if after is not None:
            self._sets[0].node.add_dependency(after)

    def _stack_set(
        self, construct_id: str, template: Carried, *, reach: Reach, pace: Pace, call_as: str
    ) -> cdk.CfnStackSet:
        automatic = not reach.included
        made = cdk.CfnStackSet(
            self,
            construct_id,
            stack_set_name=template.stack_set_name,
            permission_model="SERVICE_MANAGED",
            template_body=template.body,
            capabilities=["CAPABILITY_NAMED_IAM"],
            call_as=call_as,
            auto_deployment=cdk.CfnStackSet.AutoDeploymentProperty(
                enabled=automatic,
                retain_stacks_on_account_removal=False if automatic else None,
                depends_on=[self._arn(first) for first in self._sets[:1]] or None if automatic else None,
            ),
            managed_execution={"Active": True},
            operation_preferences=pace.preferences(template.regions),
            stack_instances_group=[
                cdk.CfnStackSet.StackInstancesProperty(deployment_targets=reach.targets(), regions=[*template.regions])
            ],
            parameters=[
                cdk.CfnStackSet.ParameterProperty(parameter_key=key, parameter_value=value)
                for key, value in template.parameters.items()
            ]
            or None,
        )
        for before in self._sets:
            made.add_resource_dependency(before)
        return made

    def _arn(self, stack_set: cdk.CfnStackSet) -> str:
        """`Ref` gives name and id."""
        return f"arn:{PARTITION}:cloudformation:{REGION}:{self._management_account}:stackset/{stack_set.ref}"
