"""What server and agents say to each other, in versioned messages."""
