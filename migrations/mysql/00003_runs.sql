-- +goose Up
CREATE TABLE runs (
  run_id           VARCHAR(32)  NOT NULL,
  scenario         VARCHAR(128) NOT NULL,
  version          VARCHAR(32)  NOT NULL,
  account_key      VARCHAR(130) NOT NULL,
  buyer_id         VARCHAR(128) NOT NULL,
  subject          VARCHAR(255) NOT NULL,
  ordinal          BIGINT       NOT NULL,
  status           VARCHAR(16)  NOT NULL,
  end_reason       VARCHAR(32)  NOT NULL,
  items            LONGTEXT,
  currency         VARCHAR(16)  NOT NULL,
  url              TEXT         NOT NULL,
  data             LONGTEXT,
  started_at       DATETIME(6)  NOT NULL,
  first_trigger_at DATETIME(6),
  last_trigger_at  DATETIME(6),
  anchor_at        DATETIME(6),
  step             VARCHAR(128) NOT NULL,
  planned_at       DATETIME(6),
  due_at           DATETIME(6),
  armed_at         DATETIME(6),
  sweep_at         DATETIME(6),
  generation       BIGINT       NOT NULL,
  held_since       DATETIME(6),
  cap_deferred     TINYINT(1)   NOT NULL,
  pause_noted      TINYINT(1)   NOT NULL,
  last_sent_at     DATETIME(6),
  ended_at         DATETIME(6),
  live_at          DATETIME(6), -- far ahead while open, then the last message's time: what decisions still look at
  PRIMARY KEY (run_id),
  KEY runs_of_account (account_key, live_at),
  KEY runs_to_sweep (sweep_at),
  KEY runs_by_start (started_at, run_id)
) ENGINE = InnoDB, CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE messages (
  message_id   VARCHAR(32)  NOT NULL,
  run_id       VARCHAR(32)  NOT NULL,
  scenario     VARCHAR(128) NOT NULL,
  version      VARCHAR(32)  NOT NULL,
  step         VARCHAR(128) NOT NULL,
  channel      VARCHAR(16)  NOT NULL,
  account_key  VARCHAR(130) NOT NULL,
  buyer_id     VARCHAR(128) NOT NULL,
  subject      VARCHAR(255) NOT NULL,
  status       VARCHAR(16)  NOT NULL,
  reason       VARCHAR(32)  NOT NULL,
  detail       TEXT         NOT NULL,
  address_hash VARCHAR(32)  NOT NULL,
  dedup_key    VARCHAR(128),          -- only while the message stands
  template     VARCHAR(255) NOT NULL,
  items        LONGTEXT,
  currency     VARCHAR(16)  NOT NULL,
  url          TEXT         NOT NULL,
  title        TEXT         NOT NULL,
  batch_id     VARCHAR(64)  NOT NULL,
  letter_batch VARCHAR(64),           -- the batch, only while the message is in it
  provider_id  TEXT         NOT NULL,
  attempts     INT          NOT NULL,
  planned_at   DATETIME(6),
  claimed_at   DATETIME(6),
  claim_until  DATETIME(6),
  first_try_at DATETIME(6),
  next_at      DATETIME(6),
  sent_at      DATETIME(6),
  opened_at    DATETIME(6),
  clicked_at   DATETIME(6),
  credit_until DATETIME(6),           -- orders up to then count for this click
  recorded_at  DATETIME(6)  NOT NULL, -- when the row was first written: the order of listings
  PRIMARY KEY (message_id),
  UNIQUE KEY messages_dedup (dedup_key),
  KEY messages_of_buyer (buyer_id, recorded_at),
  KEY messages_of_batch (letter_batch, account_key),
  KEY messages_by_record (recorded_at, message_id)
) ENGINE = InnoDB, CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- What happened to a run, and why. Only ever added to.
CREATE TABLE journal (
  seq         BIGINT       NOT NULL AUTO_INCREMENT,
  at          DATETIME(6)  NOT NULL,
  account_key VARCHAR(130) NOT NULL,
  buyer_id    VARCHAR(128) NOT NULL,
  scenario    VARCHAR(128) NOT NULL,
  subject     VARCHAR(255) NOT NULL,
  run_id      VARCHAR(32)  NOT NULL,
  step        VARCHAR(128) NOT NULL,
  action      VARCHAR(16)  NOT NULL,
  channel     VARCHAR(16)  NOT NULL,
  reason      VARCHAR(32)  NOT NULL,
  message_id  VARCHAR(32)  NOT NULL,
  PRIMARY KEY (seq),
  KEY journal_of_buyer (buyer_id, seq),
  KEY journal_by_time (at, action, scenario, step, channel, reason) -- all that statistics read
) ENGINE = InnoDB, CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE journal;
DROP TABLE messages;
DROP TABLE runs;
