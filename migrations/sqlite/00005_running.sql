-- +goose Up
CREATE TABLE scenario_pauses (
  scenario  TEXT NOT NULL,
  paused_at TEXT NOT NULL,
  PRIMARY KEY (scenario)
);

-- A run ends on the version of its scenario that it began with.
CREATE TABLE definitions (
  name     TEXT NOT NULL,
  version  TEXT NOT NULL,
  yaml     TEXT NOT NULL,
  saved_at TEXT NOT NULL,
  PRIMARY KEY (name, version)
);

CREATE TABLE settings (
  name  TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (name)
);

CREATE TABLE leases (
  name       TEXT NOT NULL,
  holder     TEXT NOT NULL,
  expires_at TEXT,
  PRIMARY KEY (name)
);

-- Letters are counted under this row's lock.
INSERT INTO leases (name, holder) VALUES ('dm_batches', '');

-- +goose Down
DROP TABLE leases;
DROP TABLE settings;
DROP TABLE definitions;
DROP TABLE scenario_pauses;
