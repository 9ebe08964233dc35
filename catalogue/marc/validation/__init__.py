"""What a record of a family of MARC may have: tables of facts, and one check that reads them."""
