"""`AWS::Athena::NamedQuery`, which MiniStack's CloudFormation does not know though its Athena does."""

from __future__ import annotations

from typing import Final

from ministack.services import athena

from local.emulator.answers import read_answer
from local.emulator.cloudformation_types import Created, Properties, register

_PROPERTIES: Final = frozenset({"Database", "Description", "Name", "QueryString", "WorkGroup"})


def install() -> None:
    """Registers the type."""
    register("AWS::Athena::NamedQuery", NamedQuery(), properties=_PROPERTIES)


class NamedQuery:
    """`Ref` is the query's id; any change makes another query.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-athena-namedquery.html
    """

    def create(self, _logical_id: str, properties: Properties, _stack: str) -> Created:
        """CreateNamedQuery, in a workgroup that is there."""
        if properties.get("WorkGroup", "primary") not in athena._workgroups:
            raise ValueError(f"WorkGroup {properties['WorkGroup']} is not found.")
        made = read_answer(athena._create_named_query(properties), what="CreateNamedQuery")
        return made["NamedQueryId"], {"NamedQueryId": made["NamedQueryId"]}

    def update(self, physical_id: str, old: Properties, new: Properties, stack: str) -> Created:
        """Another query instead of the one before."""
        if old == new:
            return physical_id, {"NamedQueryId": physical_id}
        created = self.create("", new, stack)
        self.delete(physical_id, old)
        return created

    def delete(self, physical_id: str, _properties: Properties) -> None:
        """DeleteNamedQuery."""
        athena._delete_named_query({"NamedQueryId": physical_id})
