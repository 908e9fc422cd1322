CREATE TABLE aurora.requests
(
    ts DateTime64(3, 'UTC') COMMENT 'Arrival of the request',
    host String,
    service LowCardinality(String),
    method LowCardinality(String),
    path String,
    status_code UInt16,
    latency_ms Float64 COMMENT 'Time until the last byte',
    bytes_sent UInt64,
    region LowCardinality(String),
    cached Bool,
    error_message Nullable(String)
)
ENGINE = MergeTree ORDER BY (service, ts) COMMENT 'Access log of the web tier';

CREATE TABLE aurora.hosts
(
    host String,
    datacenter LowCardinality(String),
    cores UInt8
)
ENGINE = MergeTree ORDER BY host;

INSERT INTO aurora.requests VALUES
('2025-06-01 10:00:05.000', 'web-1', 'checkout', 'GET', '/cart', 200, 12.5, 1200, 'eu-west', true, NULL),
('2025-06-01 10:00:40.000', 'web-1', 'checkout', 'POST', '/cart', 201, 45, 300, 'eu-west', false, NULL),
('2025-06-01 10:01:10.000', 'web-2', 'search', 'GET', '/search', 200, 20, 5000, 'us-east', true, NULL),
('2025-06-01 10:01:50.000', 'web-2', 'search', 'GET', '/search', 500, 310, 150, 'us-east', false, 'timeout'),
('2025-06-01 11:05:00.000', 'web-1', 'search', 'GET', '/search', 200, 22, 4800, 'eu-west', true, NULL),
('2025-06-01 11:30:00.000', 'web-3', 'checkout', 'POST', '/pay', 502, 900, 90, 'us-east', false, 'bad gateway'),
('2025-06-02 10:00:00.000', 'web-3', 'checkout', 'POST', '/pay', 201, 130, 400, 'us-east', false, NULL),
('2025-06-02 10:20:00.000', 'web-2', 'login', 'POST', '/login', 401, 15, 80, 'us-east', false, 'bad password'),
('2025-06-02 12:00:00.000', 'web-1', 'login', 'POST', '/login', 200, 18, 700, 'eu-west', false, NULL),
('2025-06-02 23:59:59.000', 'web-2', 'search', 'GET', '/search', 404, 8, 60, 'us-east', false, NULL);

INSERT INTO aurora.hosts VALUES
('web-1', 'Frankfurt', 8),
('web-2', 'Ashburn', 16),
('web-3', 'Ashburn', 4);
