-- +goose Up
ALTER TABLE accounts
  ADD COLUMN score_points DOUBLE NOT NULL DEFAULT 0, -- as of score_at
  ADD COLUMN score_at     DATETIME(6),
  ADD COLUMN score_state  LONGTEXT,                  -- marks reached, limits of the day
  ADD COLUMN hot_since    DATETIME(6),               -- NULL: not on the list for sales
  ADD COLUMN hot_mark     VARCHAR(64)  NOT NULL DEFAULT '',
  ADD COLUMN hot_buyer_id VARCHAR(128) NOT NULL DEFAULT '',
  ADD KEY accounts_hot (hot_since);

-- Why a score is what it is; cut by retention.
CREATE TABLE score_entries (
  seq         BIGINT       NOT NULL AUTO_INCREMENT,
  account_key VARCHAR(130) NOT NULL,
  buyer_id    VARCHAR(128) NOT NULL,
  rule        TEXT         NOT NULL,
  event_type  VARCHAR(64)  NOT NULL,
  points      DOUBLE       NOT NULL,
  at          DATETIME(6)  NOT NULL,
  recorded_at DATETIME(6)  NOT NULL,
  PRIMARY KEY (seq),
  KEY score_entries_of_account (account_key, seq)
) ENGINE = InnoDB, CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Marks to be told to the sales system. Names and addresses are read when one is sent.
CREATE TABLE leads (
  lead_id      VARCHAR(32)  NOT NULL,
  account_key  VARCHAR(130) NOT NULL,
  buyer_id     VARCHAR(128) NOT NULL,
  mark         VARCHAR(64)  NOT NULL,
  score        DOUBLE       NOT NULL,
  at           DATETIME(6)  NOT NULL,
  status       VARCHAR(16)  NOT NULL, -- waiting, told or dead
  attempts     INT          NOT NULL, -- since it was made; names the claim
  tries        INT          NOT NULL, -- since it was made or replayed
  tries_since  DATETIME(6)  NOT NULL,
  next_at      DATETIME(6)  NOT NULL, -- of a claimed one: when its claim ends
  PRIMARY KEY (lead_id),
  KEY leads_due (status, next_at),
  KEY leads_by_time (at)
) ENGINE = InnoDB, CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE leads;
DROP TABLE score_entries;
ALTER TABLE accounts
  DROP KEY accounts_hot,
  DROP COLUMN hot_buyer_id,
  DROP COLUMN hot_mark,
  DROP COLUMN hot_since,
  DROP COLUMN score_state,
  DROP COLUMN score_at,
  DROP COLUMN score_points;
