"""What the pipelines run: which stacks a stage deploys, what is deployed now, and who protects it from deletion."""
