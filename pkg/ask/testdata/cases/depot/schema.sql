CREATE TABLE aurora.carriers
(
    carrier_id UInt32,
    name String,
    country LowCardinality(String),
    fleet UInt32
)
ENGINE = MergeTree ORDER BY carrier_id COMMENT 'One row per carrier';

CREATE TABLE aurora.shipments
(
    shipment_id UInt64,
    carrier_id UInt32,
    created_at DateTime64(3, 'UTC'),
    city LowCardinality(String),
    region LowCardinality(String),
    status LowCardinality(String),
    channel LowCardinality(String),
    grade LowCardinality(Nullable(String)),
    items UInt16,
    total Float64,
    tip Nullable(Float64)
)
ENGINE = MergeTree ORDER BY shipment_id COMMENT 'One row per shipment';

CREATE TABLE aurora.incidents
(
    incident_id UInt64,
    shipment_id UInt64,
    reported_at DateTime64(3, 'UTC'),
    kind LowCardinality(String)
)
ENGINE = MergeTree ORDER BY incident_id COMMENT 'One row per incident';

CREATE TABLE aurora.employees
(
    employee_id UInt32,
    full_name String,
    department LowCardinality(String),
    remote Bool,
    hired_on Date
)
ENGINE = MergeTree ORDER BY employee_id COMMENT 'One row per employee';

INSERT INTO aurora.carriers VALUES
(1, 'Nordwind', 'Norway', 20),
(2, 'Suedpost', 'Germany', 35);

INSERT INTO aurora.shipments VALUES
(11, 1, '2026-05-03 08:00:00.000', 'May', 'north', 'delayed', 'web', 'gold', 2, 20, 0),
(12, 1, '2026-05-04 09:00:00.000', 'Paris', 'south', 'cancelled', 'web', NULL, 3, 35, 2),
(13, 2, '2026-06-05 10:00:00.000', 'Paris', 'south', 'delivered', 'phone', 'silver', 1, 15, NULL),
(14, 2, '2026-06-06 11:00:00.000', 'Paris', 'south', 'cancelled', 'web', 'gold', 4, 50, 1);

INSERT INTO aurora.incidents VALUES
(501, 12, '2026-05-05 09:00:00.000', 'lost'),
(502, 14, '2026-06-07 09:00:00.000', 'broken');

INSERT INTO aurora.employees VALUES
(71, 'Ada Byron', 'sales', true, '2020-02-01'),
(72, 'Ben Okri', 'depot', false, '2021-03-01'),
(73, 'Cleo Marsh', 'sales', true, '2022-04-01');
