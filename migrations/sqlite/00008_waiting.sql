-- +goose Up
-- What nobody has replayed is counted for every look at the metrics.
CREATE INDEX dead_letters_waiting ON dead_letters (replayed_at, created_at, dead_letter_id);
CREATE INDEX leads_of_account ON leads (account_key, buyer_id);

-- +goose Down
DROP INDEX leads_of_account;
DROP INDEX dead_letters_waiting;
