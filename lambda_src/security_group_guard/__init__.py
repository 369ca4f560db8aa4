"""Judges the live rules of a security group against its baseline, its approvals and what holds for the organization.

Pure: rules, prefix lists and approvals go in, differences come out. Only the judgement is here. No stack deploys this
package yet; what watches for changes, reads the live group and acts on a difference comes with the guard's own stack.
"""
