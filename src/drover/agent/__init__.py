"""The agent of one host: takes orders to play, plays them under a lease, and tells what became of them."""
