-- +goose Up
-- Both of these grow with the traffic and are cut by retention.
CREATE TABLE events (
  seq         BIGINT       NOT NULL AUTO_INCREMENT,
  source      VARCHAR(128) NOT NULL,
  event_id    VARCHAR(255) NOT NULL,
  type        VARCHAR(64)  NOT NULL,
  buyer_id    VARCHAR(128) NOT NULL,
  account_key VARCHAR(130) NOT NULL,
  occurred_at DATETIME(6),
  received_at DATETIME(6)  NOT NULL,
  note        VARCHAR(32)  NOT NULL,
  body        LONGTEXT,              -- NULL once the person was erased
  PRIMARY KEY (seq),
  UNIQUE KEY events_once (source, event_id),
  KEY events_of_buyer (buyer_id)
) ENGINE = InnoDB, CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE interactions (
  seq        BIGINT       NOT NULL AUTO_INCREMENT,
  message_id VARCHAR(32)  NOT NULL,
  buyer_id   VARCHAR(128) NOT NULL,
  kind       VARCHAR(16)  NOT NULL,
  machine    TINYINT(1)   NOT NULL,
  url        TEXT         NOT NULL,
  at         DATETIME(6)  NOT NULL,
  PRIMARY KEY (seq),
  KEY interactions_of_message (message_id)
) ENGINE = InnoDB, CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE dead_letters (
  dead_letter_id VARCHAR(64)  NOT NULL, -- chosen by whoever keeps it: the same letter again is the same row
  kind           VARCHAR(32)  NOT NULL,
  source         VARCHAR(128) NOT NULL,
  subject        VARCHAR(255) NOT NULL,
  errors         LONGTEXT,
  body           LONGTEXT     NOT NULL,
  created_at     DATETIME(6)  NOT NULL,
  replayed_at    DATETIME(6),
  PRIMARY KEY (dead_letter_id),
  KEY dead_letters_by_time (created_at, dead_letter_id)
) ENGINE = InnoDB, CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE outbox (
  message_id VARCHAR(32) NOT NULL,
  channel    VARCHAR(16) NOT NULL,
  recipient  TEXT        NOT NULL,
  sender     TEXT        NOT NULL,
  subject    TEXT        NOT NULL,
  html       LONGTEXT    NOT NULL,
  text_part  LONGTEXT    NOT NULL,
  flex       LONGTEXT,
  headers    LONGTEXT,
  at         DATETIME(6) NOT NULL,
  PRIMARY KEY (message_id),
  KEY outbox_by_time (at, message_id)
) ENGINE = InnoDB, CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE dm_batches (
  batch_id    VARCHAR(64) NOT NULL,
  cut_off_at  DATETIME(6) NOT NULL,
  exported_at DATETIME(6), -- last time that the rows were fetched for the printer
  PRIMARY KEY (batch_id)
) ENGINE = InnoDB, CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE dm_batches;
DROP TABLE outbox;
DROP TABLE dead_letters;
DROP TABLE interactions;
DROP TABLE events;
