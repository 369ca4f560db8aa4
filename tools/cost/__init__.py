"""Says what the product costs a month, by what its templates create and by stated volumes."""
