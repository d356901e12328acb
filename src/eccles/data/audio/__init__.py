"""Sound: voices, rooms and a cochlea that makes recordings of them."""
