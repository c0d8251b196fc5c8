-- +goose Up

-- Lists of cases by state, in the order of their creation.
CREATE INDEX cases_by_state ON cases (state, seq);
