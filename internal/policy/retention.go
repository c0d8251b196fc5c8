package policy

import (
	"time"

	"bonafide/internal/kyc"
)

// Retention says how long what an applicant sent is kept after the last thing that
// happened to a case that is over. Then all of the applicant is erased, unless
// another case of theirs is not over or is kept longer. 0 keeps it until somebody
// erases it.
type Retention struct {
	Approved time.Duration `yaml:"approved"`
	Declined time.Duration `yaml:"declined"`
	Expired  time.Duration `yaml:"expired"` // given up, or run out
}

// Before returns, for each state of a case that is not kept for ever, the time
// before which it must have been changed last to be erased now.
func (r Retention) Before(now time.Time) map[kyc.State]time.Time {
	out := map[kyc.State]time.Time{}
	for s, d := range map[kyc.State]time.Duration{kyc.Approved: r.Approved, kyc.Declined: r.Declined, kyc.Expired: r.Expired} {
		if d > 0 {
			out[s] = now.Add(-d)
		}
	}
	return out
}

// leastKept leaves time to appeal, to ask for a human, and to notice a mistake in the policy.
const leastKept = 24 * time.Hour

func (r Retention) check(bad report) {
	for _, x := range []struct {
		key string
		d   time.Duration
	}{{"approved", r.Approved}, {"declined", r.Declined}, {"expired", r.Expired}} {
		if x.d != 0 && x.d < leastKept {
			bad("retention."+x.key, "must be 0s, which keeps it, or at least 24h")
		}
	}
}
