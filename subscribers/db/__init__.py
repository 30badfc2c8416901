"""How readers lie in the database: tables, and the two ways over all of them. Used through ``store``."""
