CREATE TABLE aurora.sailings
(
    operator LowCardinality(String),
    from_port LowCardinality(String),
    to_port LowCardinality(String),
    sails_at DateTime64(3, 'UTC'),
    dep_late_min Nullable(Int32),
    arr_late_min Nullable(Int32),
    naut_miles UInt16,
    vessel String
)
ENGINE = MergeTree ORDER BY sails_at;

CREATE TABLE aurora.operators
(
    operator String,
    title String
)
ENGINE = MergeTree ORDER BY operator;

CREATE TABLE aurora.vessels
(
    vessel String,
    built UInt16,
    berths UInt16
)
ENGINE = MergeTree ORDER BY vessel;

INSERT INTO aurora.sailings VALUES
('NS', 'OSL', 'KIE', '2025-01-03 14:00:00.000', 5, 10, 440, 'V1'),
('NS', 'KIE', 'OSL', '2025-01-04 14:00:00.000', 0, -5, 440, 'V1'),
('BL', 'HEL', 'TLL', '2025-01-31 23:30:00.000', 25, 30, 45, 'V2'),
('BL', 'TLL', 'HEL', '2025-02-01 08:00:00.000', NULL, NULL, 45, 'V2'),
('BL', 'HEL', 'TLL', '2025-02-10 08:00:00.000', 2, 0, 45, 'V3'),
('NS', 'OSL', 'KIE', '2025-02-11 14:00:00.000', 40, 35, 440, 'V1'),
('CF', 'DOV', 'CAL', '2025-02-15 06:00:00.000', 15, 16, 26, 'V4'),
('CF', 'CAL', 'DOV', '2025-03-01 07:00:00.000', 0, 1, 26, 'V4');

INSERT INTO aurora.operators VALUES
('NS', 'Nord Sea Lines'),
('BL', 'Baltic Link'),
('CF', 'Channel Ferries');

INSERT INTO aurora.vessels VALUES
('V1', 2004, 900),
('V2', 2017, 2800),
('V3', 1999, 1100),
('V4', 2011, 120);
