-- +goose Up
ALTER TABLE accounts ADD COLUMN score_points REAL NOT NULL DEFAULT 0; -- as of score_at
ALTER TABLE accounts ADD COLUMN score_at TEXT;
ALTER TABLE accounts ADD COLUMN score_state TEXT; -- marks reached, limits of the day
ALTER TABLE accounts ADD COLUMN hot_since TEXT; -- NULL: not on the list for sales
ALTER TABLE accounts ADD COLUMN hot_mark TEXT NOT NULL DEFAULT '';
ALTER TABLE accounts ADD COLUMN hot_buyer_id TEXT NOT NULL DEFAULT '';
CREATE INDEX accounts_hot ON accounts (hot_since) WHERE hot_since IS NOT NULL;

-- Why a score is what it is; cut by retention.
CREATE TABLE score_entries (
  seq         INTEGER PRIMARY KEY AUTOINCREMENT,
  account_key TEXT NOT NULL,
  buyer_id    TEXT NOT NULL,
  rule        TEXT NOT NULL,
  event_type  TEXT NOT NULL,
  points      REAL NOT NULL,
  at          TEXT NOT NULL,
  recorded_at TEXT NOT NULL
);
CREATE INDEX score_entries_of_account ON score_entries (account_key, seq);

-- Marks to be told to the sales system. Names and addresses are read when one is sent.
CREATE TABLE leads (
  lead_id     TEXT    NOT NULL,
  account_key TEXT    NOT NULL,
  buyer_id    TEXT    NOT NULL,
  mark        TEXT    NOT NULL,
  score       REAL    NOT NULL,
  at          TEXT    NOT NULL,
  status      TEXT    NOT NULL, -- waiting, told or dead
  attempts    INTEGER NOT NULL, -- since it was made; names the claim
  tries       INTEGER NOT NULL, -- since it was made or replayed
  tries_since TEXT    NOT NULL,
  next_at     TEXT    NOT NULL, -- of a claimed one: when its claim ends
  PRIMARY KEY (lead_id)
);
CREATE INDEX leads_due ON leads (status, next_at);
CREATE INDEX leads_by_time ON leads (at);

-- +goose Down
DROP TABLE leads;
DROP TABLE score_entries;
DROP INDEX accounts_hot;
ALTER TABLE accounts DROP COLUMN hot_buyer_id;
ALTER TABLE accounts DROP COLUMN hot_mark;
ALTER TABLE accounts DROP COLUMN hot_since;
ALTER TABLE accounts DROP COLUMN score_state;
ALTER TABLE accounts DROP COLUMN score_at;
ALTER TABLE accounts DROP COLUMN score_points;
