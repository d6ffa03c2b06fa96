"""Village enterprises and enclave projects: what they earn, whom they hire and what they share."""
