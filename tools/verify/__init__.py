"""Validates CloudTrail's digest chains with the AWS CLI's own classes: a folder that is a copy, or a bucket.

awscli puts a botocore of its own in the place of the installed one, so this package belongs in a process of its own.
"""
