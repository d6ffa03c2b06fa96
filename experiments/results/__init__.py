"""What lies on disk: journal, fingerprint, result folder, tables; nothing here runs a county or writes a sentence."""
