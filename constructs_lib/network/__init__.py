"""The network allow-list of WorkSpaces clients: who watches AWS's address ranges, and the prefix lists it fills."""
