-- +goose Up
-- What nobody has replayed is counted for every look at the metrics.
ALTER TABLE dead_letters ADD KEY dead_letters_waiting (replayed_at, created_at, dead_letter_id), ALGORITHM = INPLACE, LOCK = NONE;
ALTER TABLE leads ADD KEY leads_of_account (account_key, buyer_id), ALGORITHM = INPLACE, LOCK = NONE;

-- +goose Down
ALTER TABLE leads DROP KEY leads_of_account;
ALTER TABLE dead_letters DROP KEY dead_letters_waiting;
