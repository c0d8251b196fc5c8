-- +goose Up

-- Cases that ended long ago, for the policy's retention.
CREATE INDEX cases_by_update ON cases (state, updated_at);
