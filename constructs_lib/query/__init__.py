"""How evidence is asked: the catalog of tables and views, and an auditor's place to ask in."""
