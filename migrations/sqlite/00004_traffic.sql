-- +goose Up
-- Both of these grow with the traffic and are cut by retention.
CREATE TABLE events (
  seq         INTEGER PRIMARY KEY AUTOINCREMENT,
  source      TEXT NOT NULL,
  event_id    TEXT NOT NULL,
  type        TEXT NOT NULL,
  buyer_id    TEXT NOT NULL,
  account_key TEXT NOT NULL,
  occurred_at TEXT,
  received_at TEXT NOT NULL,
  note        TEXT NOT NULL,
  body        TEXT -- NULL once the person was erased
);
CREATE UNIQUE INDEX events_once ON events (source, event_id);
CREATE INDEX events_of_buyer ON events (buyer_id);

CREATE TABLE interactions (
  seq        INTEGER PRIMARY KEY AUTOINCREMENT,
  message_id TEXT    NOT NULL,
  buyer_id   TEXT    NOT NULL,
  kind       TEXT    NOT NULL,
  machine    INTEGER NOT NULL,
  url        TEXT    NOT NULL,
  at         TEXT    NOT NULL
);
CREATE INDEX interactions_of_message ON interactions (message_id);

CREATE TABLE dead_letters (
  dead_letter_id TEXT NOT NULL, -- chosen by whoever keeps it: the same letter again is the same row
  kind           TEXT NOT NULL,
  source         TEXT NOT NULL,
  subject        TEXT NOT NULL,
  errors         TEXT,
  body           TEXT NOT NULL,
  created_at     TEXT NOT NULL,
  replayed_at    TEXT,
  PRIMARY KEY (dead_letter_id)
);
CREATE INDEX dead_letters_by_time ON dead_letters (created_at, dead_letter_id);

CREATE TABLE outbox (
  message_id TEXT NOT NULL,
  channel    TEXT NOT NULL,
  recipient  TEXT NOT NULL,
  sender     TEXT NOT NULL,
  subject    TEXT NOT NULL,
  html       TEXT NOT NULL,
  text_part  TEXT NOT NULL,
  flex       TEXT,
  headers    TEXT,
  at         TEXT NOT NULL,
  PRIMARY KEY (message_id)
);
CREATE INDEX outbox_by_time ON outbox (at, message_id);

CREATE TABLE dm_batches (
  batch_id    TEXT NOT NULL,
  cut_off_at  TEXT NOT NULL,
  exported_at TEXT, -- last time that the rows were fetched for the printer
  PRIMARY KEY (batch_id)
);

-- +goose Down
DROP TABLE dm_batches;
DROP TABLE outbox;
DROP TABLE dead_letters;
DROP TABLE interactions;
DROP TABLE events;
