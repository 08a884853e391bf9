"""Runway's developer API: Gen-4, Aleph, and models of others that Runway serves in the same wire format."""
