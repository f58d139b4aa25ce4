-- +goose Up
CREATE TABLE scenario_pauses (
  scenario  VARCHAR(128) NOT NULL,
  paused_at DATETIME(6)  NOT NULL,
  PRIMARY KEY (scenario)
) ENGINE = InnoDB, CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- A run ends on the version of its scenario that it began with.
CREATE TABLE definitions (
  name     VARCHAR(128) NOT NULL,
  version  VARCHAR(32)  NOT NULL,
  yaml     LONGTEXT     NOT NULL,
  saved_at DATETIME(6)  NOT NULL,
  PRIMARY KEY (name, version)
) ENGINE = InnoDB, CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE settings (
  name  VARCHAR(128) NOT NULL,
  value LONGTEXT     NOT NULL,
  PRIMARY KEY (name)
) ENGINE = InnoDB, CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE leases (
  name       VARCHAR(128) NOT NULL,
  holder     VARCHAR(128) NOT NULL,
  expires_at DATETIME(6),
  PRIMARY KEY (name)
) ENGINE = InnoDB, CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Letters are counted under this row's lock.
INSERT INTO leases (name, holder) VALUES ('dm_batches', '');

-- +goose Down
DROP TABLE leases;
DROP TABLE settings;
DROP TABLE definitions;
DROP TABLE scenario_pauses;
