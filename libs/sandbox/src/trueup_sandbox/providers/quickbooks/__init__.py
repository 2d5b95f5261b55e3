"""QuickBooks Online: rotating tokens, query, change capture, both spellings of a fault."""
