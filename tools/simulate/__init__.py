"""Asks a simulator of IAM what the synthesized policies answer to requests whose answers people wrote down first."""
