"""Judges live ingress rules against what holds for the whole organization.

Pure: rules, prefix lists and policy go in, findings come out. Only the judgement is here. No stack deploys this
package yet; what watches for changes, reads the live group and acts on a finding comes with the guard's own stack.
"""
