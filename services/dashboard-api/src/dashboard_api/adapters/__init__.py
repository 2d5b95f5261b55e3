"""The database, the issuer and the bus, behind the ports."""
