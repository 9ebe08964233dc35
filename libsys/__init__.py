"""The project: settings, addresses, background work and the embedded services."""
