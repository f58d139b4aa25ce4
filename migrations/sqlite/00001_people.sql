-- +goose Up
-- The row of an account is what a decision locks.
CREATE TABLE accounts (
  account_key TEXT NOT NULL, -- a:ACCOUNT, or b:BUYER for a buyer without an account
  account_id  TEXT NOT NULL,
  name        TEXT NOT NULL,
  PRIMARY KEY (account_key)
);

CREATE TABLE buyers (
  buyer_id     TEXT NOT NULL,
  account_key  TEXT NOT NULL,
  account_id   TEXT NOT NULL,
  name         TEXT NOT NULL,
  department   TEXT NOT NULL,
  email        TEXT NOT NULL,
  line_user_id TEXT NOT NULL,
  locale       TEXT NOT NULL,
  price_group  TEXT NOT NULL,
  buyer_rank   TEXT NOT NULL,
  rank_key     TEXT NOT NULL, -- derived from price group and rank; favourites carry it
  postal       TEXT,
  attributes   TEXT,
  consents     TEXT,
  blocks       TEXT,
  profile_at   TEXT,
  erased_at    TEXT,
  PRIMARY KEY (buyer_id)
);
CREATE INDEX buyers_of_account ON buyers (account_key);

-- Only ever added to.
CREATE TABLE consent_ledger (
  seq      INTEGER PRIMARY KEY AUTOINCREMENT,
  buyer_id TEXT    NOT NULL,
  channel  TEXT    NOT NULL,
  granted  INTEGER NOT NULL,
  basis    TEXT    NOT NULL,
  proof    TEXT    NOT NULL,
  origin   TEXT    NOT NULL,
  at       TEXT    NOT NULL
);
CREATE INDEX consent_ledger_of_buyer ON consent_ledger (buyer_id, seq);

CREATE TABLE suppressions (
  address_hash TEXT NOT NULL,
  channel      TEXT NOT NULL,
  reason       TEXT NOT NULL,
  at           TEXT NOT NULL,
  lifted_at    TEXT,
  PRIMARY KEY (address_hash, channel)
);

-- +goose Down
DROP TABLE suppressions;
DROP TABLE consent_ledger;
DROP TABLE buyers;
DROP TABLE accounts;
