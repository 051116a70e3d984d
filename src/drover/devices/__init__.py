"""What a phone is to Drover: frames, ports, errors, and the conformance suite that every driver passes."""
