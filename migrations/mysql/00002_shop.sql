-- +goose Up
CREATE TABLE products (
  sku         VARCHAR(128) NOT NULL,
  name        TEXT         NOT NULL,
  url         TEXT         NOT NULL,
  image_url   TEXT         NOT NULL,
  category    TEXT         NOT NULL,
  price       VARCHAR(64),
  prices      LONGTEXT,
  stock       DOUBLE,
  low_stock   DOUBLE,
  moq         DOUBLE,
  active      TINYINT(1)   NOT NULL,
  deleted     TINYINT(1)   NOT NULL,
  version     BIGINT       NOT NULL,
  occurred_at DATETIME(6),
  PRIMARY KEY (sku)
) ENGINE = InnoDB, CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE carts (
  buyer_id    VARCHAR(128) NOT NULL,
  cart_id     VARCHAR(128) NOT NULL,
  items       LONGTEXT,
  total       VARCHAR(64),
  currency    VARCHAR(16)  NOT NULL,
  url         TEXT         NOT NULL,
  state       VARCHAR(32)  NOT NULL,
  occurred_at DATETIME(6),
  PRIMARY KEY (buyer_id, cart_id)
) ENGINE = InnoDB, CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE orders (
  source       VARCHAR(128) NOT NULL,
  order_id     VARCHAR(128) NOT NULL,
  account_key  VARCHAR(130) NOT NULL,
  buyer_id     VARCHAR(128) NOT NULL, -- empty when only the account is known
  cart_id      VARCHAR(128) NOT NULL,
  items        LONGTEXT,
  total        VARCHAR(64),
  currency     VARCHAR(16)  NOT NULL,
  medium       VARCHAR(32)  NOT NULL,
  placed_at    DATETIME(6),           -- unknown when the cancellation came first
  cancelled_at DATETIME(6),
  PRIMARY KEY (source, order_id),
  KEY orders_of_account (account_key, placed_at),
  KEY orders_of_buyer (buyer_id, placed_at)
) ENGINE = InnoDB, CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- The lines of the orders that stand: a cancellation deletes them.
CREATE TABLE order_items (
  seq         BIGINT       NOT NULL AUTO_INCREMENT,
  account_key VARCHAR(130) NOT NULL,
  sku         VARCHAR(128) NOT NULL,
  placed_at   DATETIME(6)  NOT NULL,
  source      VARCHAR(128) NOT NULL,
  order_id    VARCHAR(128) NOT NULL,
  PRIMARY KEY (seq),
  KEY order_items_of_account (account_key, placed_at),
  KEY order_items_of_sku (account_key, sku, placed_at),
  KEY order_items_lately (placed_at, sku)
) ENGINE = InnoDB, CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE favorites (
  buyer_id    VARCHAR(128) NOT NULL,
  sku         VARCHAR(128) NOT NULL,
  quantity    DOUBLE       NOT NULL,
  added_at    DATETIME(6),
  rank_key    VARCHAR(96)  NOT NULL,
  baseline    VARCHAR(64),
  removed_at  DATETIME(6),
  occurred_at DATETIME(6),
  PRIMARY KEY (buyer_id, sku),
  KEY favorites_in_turn (sku, rank_key, added_at, buyer_id)
) ENGINE = InnoDB, CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE fan_outs (
  fan_out_id      VARCHAR(32)  NOT NULL,
  sku             VARCHAR(128) NOT NULL,
  kind            VARCHAR(16)  NOT NULL,
  edge_at         DATETIME(6)  NOT NULL,
  offer_before    LONGTEXT,
  offer_after     LONGTEXT,
  due_at          DATETIME(6)  NOT NULL,
  cursor_rank_key VARCHAR(96)  NOT NULL,
  cursor_added_at DATETIME(6),
  cursor_buyer_id VARCHAR(128) NOT NULL,
  told            BIGINT       NOT NULL,
  status          VARCHAR(16)  NOT NULL,
  PRIMARY KEY (fan_out_id),
  KEY fan_outs_in_turn (status, edge_at, fan_out_id),
  KEY fan_outs_of_sku (sku, kind, status, edge_at)
) ENGINE = InnoDB, CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE fan_outs;
DROP TABLE favorites;
DROP TABLE order_items;
DROP TABLE orders;
DROP TABLE carts;
DROP TABLE products;
