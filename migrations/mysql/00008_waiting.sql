-- +goose Up
-- What nobody has replayed is counted for every look at the metrics.
ALTER TABLE dead_letters ADD KEY dead_letters_waiting (replayed_at, created_at, dead_letter_id);
ALTER TABLE leads ADD KEY leads_of_account (account_key, buyer_id);

-- +goose Down
ALTER TABLE leads DROP KEY leads_of_account;
ALTER TABLE dead_letters DROP KEY dead_letters_waiting;
