"""Every policy sentence of the product: one function, one Sid, its meaning in plain English.

Statements are plain dictionaries. They are read, tested and proved without the CDK, and synthesis
does not cross into Node for each of them.
"""
