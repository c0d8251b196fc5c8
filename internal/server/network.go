package server

import (
	"context"
	"net/http"

	"bonafide/internal/kyc"
)

type networkKey struct{}

// connecting keeps what the operator's proxy says of the country that an
// applicant connects from. What reaches the server past that proxy could say
// anything; see docs/policy.md.
func (s *server) connecting(next http.Handler) http.Handler {
	if s.NetworkHeader == "" {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), networkKey{}, r.Header.Get(s.NetworkHeader))))
	})
}

// connected notes where the applicant of a case connects from: as the integrator
// says, or as the proxy says of the applicant's own request. An integrator's
// request comes from its server, which tells nothing.
func (s *server) connected(ctx context.Context, id kyc.CaseID, told string) error {
	region := told
	switch c := callerOf(ctx); {
	case !c.integrator() && told != "":
		return problem(http.StatusForbidden, "not_yours", "network_region needs an API key.")
	case !c.integrator():
		region, _ = ctx.Value(networkKey{}).(string)
	}
	if region == "" {
		return nil
	}
	if err := s.actor(ctx).ConnectedFrom(ctx, id, region); err != nil {
		return s.explain("submit", err)
	}
	return nil
}
