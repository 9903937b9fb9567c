"""The export dialog: what to take out, how, where to, and how far it is."""
