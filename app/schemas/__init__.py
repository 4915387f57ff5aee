"""What goes over the wire: requests as posted, answers as documented."""
