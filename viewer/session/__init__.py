"""What is open and how it is looked at; no Qt. Views draw it and send it commands."""
