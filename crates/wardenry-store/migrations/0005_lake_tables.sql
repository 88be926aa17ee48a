-- The hunting tables that the operator has defined, as rows were last taken in for them: a definition that does not fit them is noticed
-- before anything is read wrongly.

CREATE TABLE lake_table (
    name TEXT NOT NULL PRIMARY KEY,
    -- The column by which rows are sorted and put into days; the time of ingestion without one.
    time_column TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE lake_table_column (
    table_name TEXT NOT NULL REFERENCES lake_table (name),
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    PRIMARY KEY (table_name, position),
    UNIQUE (table_name, name)
) STRICT, WITHOUT ROWID;
