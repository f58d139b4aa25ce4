-- +goose Up
-- Most events are about one buyer: his runs are found without those of his colleagues.
CREATE INDEX runs_of_buyer ON runs (buyer_id, live_at);

-- +goose Down
DROP INDEX runs_of_buyer;
