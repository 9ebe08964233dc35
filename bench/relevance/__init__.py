"""Whether searches find what people mean: queries as they're typed, with the titles that should come first."""
