package server

import (
	"net/http"

	"bonafide/api"
	"bonafide/internal/kyc"
)

// wayBack is where an integrator wants the applicant back; nil when nothing was said.
// An address that the operator does not list is refused before anything happens.
func (s *server) wayBack(w api.WayBack) (*kyc.Return, error) {
	if w.ReturnURL == "" {
		if w.ReturnState != "" {
			return nil, problem(http.StatusUnprocessableEntity, "invalid", "return_state needs return_url beside it.")
		}
		return nil, nil //nolint:nilnil // nobody has to be sent back
	}
	if err := s.Operator.MayReturn(w.ReturnURL, w.ReturnState); err != nil {
		return nil, problem(http.StatusUnprocessableEntity, "return_not_allowed", err.Error())
	}
	return &kyc.Return{URL: w.ReturnURL, State: w.ReturnState}, nil
}
