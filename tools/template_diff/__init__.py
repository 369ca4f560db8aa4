"""Shows a reviewer what a change does to the synthesized templates."""
