CREATE TABLE aurora.customers
(
    customer_id UInt32,
    full_name String COMMENT 'Name on the invoice',
    country LowCardinality(String),
    signed_up Date
)
ENGINE = MergeTree ORDER BY customer_id COMMENT 'One row per customer';

CREATE TABLE aurora.products
(
    product_id UInt32,
    title String,
    category LowCardinality(String),
    list_price Float64 COMMENT 'Price in the catalogue, EUR'
)
ENGINE = MergeTree ORDER BY product_id COMMENT 'What the shop sells';

CREATE TABLE aurora.orders
(
    order_id UInt64,
    customer_id UInt32,
    product_id UInt32,
    placed_at DateTime64(3, 'UTC') COMMENT 'When the order came in',
    status LowCardinality(String) COMMENT 'open, paid or refunded',
    channel Enum8('web' = 1, 'store' = 2, 'phone' = 3),
    quantity UInt16,
    amount Float64 COMMENT 'Paid by the buyer, EUR',
    discount Nullable(Float64),
    gift Bool,
    _topic LowCardinality(String),
    _offset UInt64
)
ENGINE = MergeTree ORDER BY placed_at COMMENT 'One row per order';

INSERT INTO aurora.customers VALUES
(1, 'Ada Byron', 'Germany', '2023-11-02'),
(2, 'Ben Okri', 'France', '2023-12-20'),
(3, 'Cleo Marsh', 'Germany', '2024-01-05'),
(4, 'Dan Roy', 'United Kingdom', '2024-01-15');

INSERT INTO aurora.products VALUES
(10, 'Desk lamp', 'lighting', 25),
(11, 'Oak chair', 'furniture', 80),
(12, 'Floor lamp', 'lighting', 60),
(13, 'Bookshelf', 'furniture', 120);

INSERT INTO aurora.orders VALUES
(101, 1, 10, '2024-01-10 09:15:00.000', 'paid', 'web', 2, 50, NULL, false, 'shop', 0),
(102, 2, 11, '2024-01-10 17:40:00.000', 'paid', 'store', 1, 80, 5, true, 'shop', 1),
(103, 1, 12, '2024-01-31 23:30:00.000', 'refunded', 'web', 1, 60, NULL, false, 'shop', 2),
(104, 3, 13, '2024-02-01 00:05:00.000', 'paid', 'phone', 1, 120, 20, false, 'shop', 3),
(105, 4, 10, '2024-02-14 12:00:00.000', 'open', 'web', 4, 100, NULL, true, 'shop', 4),
(106, 3, 11, '2024-02-20 08:30:00.000', 'paid', 'web', 3, 240, 10, false, 'shop', 5),
(107, 2, 10, '2024-03-03 10:00:00.000', 'paid', 'store', 1, 25, NULL, false, 'shop', 6),
(108, 1, 13, '2024-03-15 19:20:00.000', 'paid', 'web', 2, 240, 15, true, 'shop', 7),
(109, 4, 12, '2024-03-20 11:11:00.000', 'open', 'phone', 1, 60, NULL, false, 'shop', 8),
(110, 3, 10, '2024-03-31 22:00:00.000', 'refunded', 'web', 2, 50, NULL, false, 'shop', 9);
