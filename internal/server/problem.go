package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"bonafide/internal/kyc"
)

// problemType is the prefix of problem types (RFC 9457, section 3.1.1).
const problemType = "urn:bonafide:problem:"

func problem(status int, code, detail string) *huma.ErrorModel {
	return &huma.ErrorModel{Type: problemType + code, Title: http.StatusText(status), Status: status, Detail: detail}
}

func noSuchPage() *huma.ErrorModel {
	return problem(http.StatusNotFound, "no_such_page", "There is nothing at this address. The API is described at /openapi.json.")
}

func writeProblem(w http.ResponseWriter, p *huma.ErrorModel) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) //nolint:errchkjson // plain values; and who has gone needs no answer
}

// statuses is the one map from kinds of error to HTTP statuses.
func statusOf(k kyc.ErrorKind) int {
	switch k {
	case kyc.NotFound:
		return http.StatusNotFound
	case kyc.Conflict, kyc.NotAllowed, kyc.NotAsked, kyc.Stale:
		return http.StatusConflict
	case kyc.Invalid:
		return http.StatusUnprocessableEntity
	case kyc.ConsentNeeded, kyc.Forbidden:
		return http.StatusForbidden
	case kyc.InCoolDown, kyc.TooMany:
		return http.StatusTooManyRequests
	}
	return http.StatusInternalServerError
}

// explain turns an error into a problem. What is not one of ours is logged and
// told as our own fault.
func (s *server) explain(op string, err error) error {
	var e *kyc.Error
	if !errors.As(err, &e) {
		s.Log.Error("request failed", "op", op, "error", err)
		return problem(http.StatusInternalServerError, "internal", "Something went wrong on our side. Try again; no attempt was used.")
	}
	p := problem(statusOf(e.Kind), string(e.Kind), e.Detail)
	switch e.Kind {
	case kyc.NotFound:
		p.Detail = "There is no such thing, or it is not yours."
	case kyc.ConsentNeeded:
		p.Detail = "Nothing is measured of a face before its owner agreed: POST …/consents. Who declines goes another way."
	case kyc.NotAllowed:
		p.Detail = fmt.Sprintf("Not possible while the case is %s.", e.State)
	case kyc.NotAsked:
		if p.Detail == "" {
			p.Detail = fmt.Sprintf("%s is not asked for now: it passed or is not part of this case. The plan says what to send.", e.Item)
		}
	case kyc.InCoolDown:
		p.Detail = "The next submission is possible at " + e.RetryAt.UTC().Format(time.RFC3339) + "."
		wait := int(math.Ceil(e.RetryAt.Sub(s.Now()).Seconds()))
		return huma.ErrorWithHeaders(p, http.Header{"Retry-After": {strconv.Itoa(max(1, wait))}})
	case kyc.Conflict, kyc.Invalid, kyc.Stale, kyc.TooMany, kyc.Forbidden:
		if p.Detail == "" {
			p.Detail = "Somebody else changed it meanwhile. Read it again and repeat."
		}
	}
	return p
}

// place is where a panic came from, by function and line.
func place() string {
	var pc [16]uintptr
	frames := runtime.CallersFrames(pc[:runtime.Callers(3, pc[:])])
	var out []string
	for {
		f, more := frames.Next()
		if strings.HasPrefix(f.Function, "bonafide/") {
			out = append(out, fmt.Sprintf("%s:%d", f.Function, f.Line))
		}
		if !more || len(out) == 4 {
			return strings.Join(out, " < ")
		}
	}
}
