"""Everything that makes January 2021; nothing here changes a county that is under way."""
