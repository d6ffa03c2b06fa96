"""Entitlements: what a household is owed by law, and whether it is paid."""
