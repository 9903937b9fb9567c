"""The list of what is open: patients, studies and series."""
