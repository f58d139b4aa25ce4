-- +goose Up
CREATE TABLE runs (
  run_id           TEXT    NOT NULL,
  scenario         TEXT    NOT NULL,
  version          TEXT    NOT NULL,
  account_key      TEXT    NOT NULL,
  buyer_id         TEXT    NOT NULL,
  subject          TEXT    NOT NULL,
  ordinal          INTEGER NOT NULL,
  status           TEXT    NOT NULL,
  end_reason       TEXT    NOT NULL,
  items            TEXT,
  currency         TEXT    NOT NULL,
  url              TEXT    NOT NULL,
  data             TEXT,
  started_at       TEXT    NOT NULL,
  first_trigger_at TEXT,
  last_trigger_at  TEXT,
  anchor_at        TEXT,
  step             TEXT    NOT NULL,
  planned_at       TEXT,
  due_at           TEXT,
  armed_at         TEXT,
  sweep_at         TEXT,
  generation       INTEGER NOT NULL,
  held_since       TEXT,
  cap_deferred     INTEGER NOT NULL,
  pause_noted      INTEGER NOT NULL,
  last_sent_at     TEXT,
  ended_at         TEXT,
  live_at          TEXT, -- far ahead while open, then the last message's time: what decisions still look at
  PRIMARY KEY (run_id)
);
CREATE INDEX runs_of_account ON runs (account_key, live_at);
CREATE INDEX runs_to_sweep ON runs (sweep_at);
CREATE INDEX runs_by_start ON runs (started_at, run_id);

CREATE TABLE messages (
  message_id   TEXT    NOT NULL,
  run_id       TEXT    NOT NULL,
  scenario     TEXT    NOT NULL,
  version      TEXT    NOT NULL,
  step         TEXT    NOT NULL,
  channel      TEXT    NOT NULL,
  account_key  TEXT    NOT NULL,
  buyer_id     TEXT    NOT NULL,
  subject      TEXT    NOT NULL,
  status       TEXT    NOT NULL,
  reason       TEXT    NOT NULL,
  detail       TEXT    NOT NULL,
  address_hash TEXT    NOT NULL,
  dedup_key    TEXT, -- only while the message stands
  template     TEXT    NOT NULL,
  items        TEXT,
  currency     TEXT    NOT NULL,
  url          TEXT    NOT NULL,
  title        TEXT    NOT NULL,
  batch_id     TEXT    NOT NULL,
  letter_batch TEXT, -- the batch, only while the message is in it
  provider_id  TEXT    NOT NULL,
  attempts     INTEGER NOT NULL,
  planned_at   TEXT,
  claimed_at   TEXT,
  claim_until  TEXT,
  first_try_at TEXT,
  next_at      TEXT,
  sent_at      TEXT,
  opened_at    TEXT,
  clicked_at   TEXT,
  credit_until TEXT, -- orders up to then count for this click
  recorded_at  TEXT    NOT NULL, -- when the row was first written: the order of listings
  PRIMARY KEY (message_id)
);
CREATE UNIQUE INDEX messages_dedup ON messages (dedup_key);
CREATE INDEX messages_of_buyer ON messages (buyer_id, recorded_at);
CREATE INDEX messages_of_batch ON messages (letter_batch, account_key);
CREATE INDEX messages_by_record ON messages (recorded_at, message_id);

-- What happened to a run, and why. Only ever added to.
CREATE TABLE journal (
  seq         INTEGER PRIMARY KEY AUTOINCREMENT,
  at          TEXT NOT NULL,
  account_key TEXT NOT NULL,
  buyer_id    TEXT NOT NULL,
  scenario    TEXT NOT NULL,
  subject     TEXT NOT NULL,
  run_id      TEXT NOT NULL,
  step        TEXT NOT NULL,
  action      TEXT NOT NULL,
  channel     TEXT NOT NULL,
  reason      TEXT NOT NULL,
  message_id  TEXT NOT NULL
);
CREATE INDEX journal_of_buyer ON journal (buyer_id, seq);
-- All that statistics read.
CREATE INDEX journal_by_time ON journal (at, action, scenario, step, channel, reason);

-- +goose Down
DROP TABLE journal;
DROP TABLE messages;
DROP TABLE runs;
