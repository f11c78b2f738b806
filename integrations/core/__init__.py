"""What the other rooms of ``integrations`` share: errors, records, results, secrets, the clock."""
