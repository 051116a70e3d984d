"""What every capability may use of the machine: settings, logging, blobs."""
