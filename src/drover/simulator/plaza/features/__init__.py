"""What Plaza can do, one module per feature: each owns its pages' models, its acts, and what it shows for a while."""
