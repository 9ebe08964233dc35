"""SRU 1.2 and 2.0: programs of other libraries that search our records in CQL."""
