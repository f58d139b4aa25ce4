-- +goose Up
-- The row of an account is what a decision locks.
CREATE TABLE accounts (
  account_key VARCHAR(130) NOT NULL, -- a:ACCOUNT, or b:BUYER for a buyer without an account
  account_id  VARCHAR(128) NOT NULL,
  name        TEXT         NOT NULL,
  PRIMARY KEY (account_key)
) ENGINE = InnoDB, CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE buyers (
  buyer_id     VARCHAR(128) NOT NULL,
  account_key  VARCHAR(130) NOT NULL,
  account_id   VARCHAR(128) NOT NULL,
  name         TEXT         NOT NULL,
  department   TEXT         NOT NULL,
  email        TEXT         NOT NULL,
  line_user_id TEXT         NOT NULL,
  locale       TEXT         NOT NULL,
  price_group  TEXT         NOT NULL,
  buyer_rank   TEXT         NOT NULL,
  rank_key     VARCHAR(96)  NOT NULL, -- derived from price group and rank; favourites carry it
  postal       LONGTEXT,
  attributes   LONGTEXT,
  consents     LONGTEXT,
  blocks       LONGTEXT,
  profile_at   DATETIME(6),
  erased_at    DATETIME(6),
  PRIMARY KEY (buyer_id),
  KEY buyers_of_account (account_key)
) ENGINE = InnoDB, CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Only ever added to.
CREATE TABLE consent_ledger (
  seq        BIGINT       NOT NULL AUTO_INCREMENT,
  buyer_id   VARCHAR(128) NOT NULL,
  channel    VARCHAR(16)  NOT NULL,
  granted    TINYINT(1)   NOT NULL,
  basis      VARCHAR(32)  NOT NULL,
  proof      TEXT         NOT NULL,
  origin     VARCHAR(32)  NOT NULL,
  at         DATETIME(6)  NOT NULL,
  PRIMARY KEY (seq),
  KEY consent_ledger_of_buyer (buyer_id, seq)
) ENGINE = InnoDB, CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE suppressions (
  address_hash VARCHAR(32) NOT NULL,
  channel      VARCHAR(16) NOT NULL,
  reason       VARCHAR(32) NOT NULL,
  at           DATETIME(6) NOT NULL,
  lifted_at    DATETIME(6),
  PRIMARY KEY (address_hash, channel)
) ENGINE = InnoDB, CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE suppressions;
DROP TABLE consent_ledger;
DROP TABLE buyers;
DROP TABLE accounts;
