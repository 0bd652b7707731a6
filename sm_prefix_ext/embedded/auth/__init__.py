"""Whether callers and roles of the embedded AWS may do what they ask for."""
