-- +goose Up
-- Most events are about one buyer: his runs are found without those of his colleagues.
ALTER TABLE runs ADD KEY runs_of_buyer (buyer_id, live_at), ALGORITHM = INPLACE, LOCK = NONE;

-- +goose Down
ALTER TABLE runs DROP KEY runs_of_buyer;
