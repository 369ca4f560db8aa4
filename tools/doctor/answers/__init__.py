"""What AWS does not document, and what a real account shows of it."""
