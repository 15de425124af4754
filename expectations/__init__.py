"""Great Expectations at the two borders: ``border_in`` on the raw tables, ``border_out`` on the published file.

Constructors only: nothing here reads or writes. ``pipelines/validate.py`` runs them inside DuckDB, against views of
one schema, ``current``: each entity's or mart's rows under its own name, ``run`` (one row: as_of) and
``columns`` (the catalogue); superseded rows stand in the schema ``versions``. Volumes are drift's affair, since what
drifts may be right.
"""
