"""Studies: a grid of runs from one file, done on one machine or a cluster, kept in tables.

`eccles.sweep`, `eccles.load`, `eccles.Study` and `eccles.StudyTables` are its public names;
`study` reads a file, `plan` makes runs of it, `runner` keeps workers busy, `record` is what is
kept of a run, `consolidate` puts records together, and `tables` gives them to a reader.
"""
