-- +goose Up
-- What anchors on dates, waits for events and looks at pages need. The rhythm of orders is learnt from here on.
ALTER TABLE accounts ADD COLUMN orders INT NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN ordered_at LONGTEXT;
ALTER TABLE accounts ADD COLUMN dated LONGTEXT;
ALTER TABLE buyers ADD COLUMN dated LONGTEXT;
ALTER TABLE buyers ADD COLUMN viewed LONGTEXT;
ALTER TABLE runs ADD COLUMN happened LONGTEXT;
UPDATE accounts SET orders =
  (SELECT COUNT(*) FROM orders o WHERE o.account_key = accounts.account_key AND o.placed_at IS NOT NULL AND o.cancelled_at IS NULL);

-- +goose Down
ALTER TABLE runs DROP COLUMN happened;
ALTER TABLE buyers DROP COLUMN viewed;
ALTER TABLE buyers DROP COLUMN dated;
ALTER TABLE accounts DROP COLUMN dated;
ALTER TABLE accounts DROP COLUMN ordered_at;
ALTER TABLE accounts DROP COLUMN orders;
