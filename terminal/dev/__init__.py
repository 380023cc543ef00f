"""Sample people, an emulated hall and its scenes: what the demo and the journeys play with."""
