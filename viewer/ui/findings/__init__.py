"""What a reader does with findings: accept, comment, redraw, compare with an earlier date."""
