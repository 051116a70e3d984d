"""The host-side door of sequences: plays a plan on phones, verifying every screen before and after every act."""
