-- +goose Up
CREATE TABLE products (
  sku         TEXT    NOT NULL,
  name        TEXT    NOT NULL,
  url         TEXT    NOT NULL,
  image_url   TEXT    NOT NULL,
  category    TEXT    NOT NULL,
  price       TEXT,
  prices      TEXT,
  stock       REAL,
  low_stock   REAL,
  moq         REAL,
  active      INTEGER NOT NULL,
  deleted     INTEGER NOT NULL,
  version     INTEGER NOT NULL,
  occurred_at TEXT,
  PRIMARY KEY (sku)
);

CREATE TABLE carts (
  buyer_id    TEXT NOT NULL,
  cart_id     TEXT NOT NULL,
  items       TEXT,
  total       TEXT,
  currency    TEXT NOT NULL,
  url         TEXT NOT NULL,
  state       TEXT NOT NULL,
  occurred_at TEXT,
  PRIMARY KEY (buyer_id, cart_id)
);

CREATE TABLE orders (
  source       TEXT NOT NULL,
  order_id     TEXT NOT NULL,
  account_key  TEXT NOT NULL,
  buyer_id     TEXT NOT NULL, -- empty when only the account is known
  cart_id      TEXT NOT NULL,
  items        TEXT,
  total        TEXT,
  currency     TEXT NOT NULL,
  medium       TEXT NOT NULL,
  placed_at    TEXT, -- unknown when the cancellation came first
  cancelled_at TEXT,
  PRIMARY KEY (source, order_id)
);
CREATE INDEX orders_of_account ON orders (account_key, placed_at);
CREATE INDEX orders_of_buyer ON orders (buyer_id, placed_at);

-- The lines of the orders that stand: a cancellation deletes them.
CREATE TABLE order_items (
  seq         INTEGER PRIMARY KEY AUTOINCREMENT,
  account_key TEXT NOT NULL,
  sku         TEXT NOT NULL,
  placed_at   TEXT NOT NULL,
  source      TEXT NOT NULL,
  order_id    TEXT NOT NULL
);
CREATE INDEX order_items_of_account ON order_items (account_key, placed_at);
CREATE INDEX order_items_of_sku ON order_items (account_key, sku, placed_at);
CREATE INDEX order_items_lately ON order_items (placed_at, sku);

CREATE TABLE favorites (
  buyer_id    TEXT NOT NULL,
  sku         TEXT NOT NULL,
  quantity    REAL NOT NULL,
  added_at    TEXT,
  rank_key    TEXT NOT NULL,
  baseline    TEXT,
  removed_at  TEXT,
  occurred_at TEXT,
  PRIMARY KEY (buyer_id, sku)
);
CREATE INDEX favorites_in_turn ON favorites (sku, rank_key, added_at, buyer_id);

CREATE TABLE fan_outs (
  fan_out_id      TEXT    NOT NULL,
  sku             TEXT    NOT NULL,
  kind            TEXT    NOT NULL,
  edge_at         TEXT    NOT NULL,
  offer_before    TEXT,
  offer_after     TEXT,
  due_at          TEXT    NOT NULL,
  cursor_rank_key TEXT    NOT NULL,
  cursor_added_at TEXT,
  cursor_buyer_id TEXT    NOT NULL,
  told            INTEGER NOT NULL,
  status          TEXT    NOT NULL,
  PRIMARY KEY (fan_out_id)
);
CREATE INDEX fan_outs_in_turn ON fan_outs (status, edge_at, fan_out_id);
CREATE INDEX fan_outs_of_sku ON fan_outs (sku, kind, status, edge_at);

-- +goose Down
DROP TABLE fan_outs;
DROP TABLE favorites;
DROP TABLE order_items;
DROP TABLE orders;
DROP TABLE carts;
DROP TABLE products;
