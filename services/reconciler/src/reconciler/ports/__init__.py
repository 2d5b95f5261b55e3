"""What the use cases need from outside: shapes of the bus, stores, a clock."""
