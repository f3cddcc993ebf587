"""What the network owes its choices to, and the paper's claims, tried on the phantom; run by hand."""
