package console

import (
	"bytes"
	"image"
	"image/jpeg"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"bonafide/internal/audit"
	"bonafide/internal/kyc"
	"bonafide/internal/policy"
	"bonafide/internal/verify"
)

// act is how a person does what a route is for, and what of it must stand in the
// audit log. "" is nothing, for the reason that why gives.
type act struct {
	do    func(s *stage) reply
	event string
	why   string
	// codes says that the record must give reasons, about that it must be of the case,
	// admin that an administrator does it.
	codes, about, admin bool
}

// stage is what an act finds: a case that a colleague at work has taken, which is
// about another approved one and has a report, a live face and details.
type stage struct {
	*lab
	b, admin, other *browser
	id, about       string // this case and the other one
	details, drawn  string // a submission of it, and a challenge
}

func (s *stage) in(path string) string { return "cases/" + s.id + "/" + path }

func none() map[string]string { return map[string]string{} }

func because(code, item string) []map[string]string {
	return []map[string]string{{"code": code, "item": item}}
}

func acts() map[string]act {
	refuse := map[string]any{"verdict": "declined", "reasons": because("details.name_mismatch", "details")}
	return map[string]act{
		"POST sign-out":    {do: func(s *stage) reply { return s.b.post("sign-out", none()).is(204) }, why: "it shows and changes nothing"},
		"GET queue":        {do: func(s *stage) reply { return s.b.get("queue").is(200) }, why: "ids, codes and times"},
		"GET queue/counts": {do: func(s *stage) reply { return s.b.get("queue/counts").is(200) }, why: "numbers"},
		"GET reasons":      {do: func(s *stage) reply { return s.b.get("reasons").is(200) }, why: "the catalogue"},
		"GET colleagues":   {do: func(s *stage) reply { return s.b.get("colleagues").is(200) }, why: "names of colleagues"},
		"GET figures":      {do: func(s *stage) reply { return s.b.get("figures").is(200) }, why: "numbers"},
		"GET cases/{case}/audit": {
			do:  func(s *stage) reply { return s.b.get(s.in("audit?before=100")).is(200) },
			why: "ids and codes of a case whose opening is recorded",
		},
		"POST cases/{case}/preview": {do: func(s *stage) reply { return s.b.post(s.in("preview"), refuse).is(200) }, why: "words for codes that were chosen"},
		"GET audit/ways-in":         {do: func(s *stage) reply { return s.b.get("audit/ways-in").is(200) }, why: "names of colleagues"},
		"GET operators":             {do: func(s *stage) reply { return s.admin.get("operators").is(200) }, why: "names of colleagues"},

		"GET cases/{case}": {do: func(s *stage) reply { return s.b.get("cases/" + s.id).is(200) }, event: verify.ViewCase, about: true},
		"GET cases/{case}/submissions/{submission}/picture": {
			// Details are no picture; whoever asks for the evidence is recorded first.
			do:    func(s *stage) reply { return s.b.get(s.in("submissions/" + s.details + "/picture")).is(404) },
			event: verify.ViewEvidence, about: true,
		},
		"GET cases/{case}/challenges/{challenge}/frames/{at}": {
			do:    func(s *stage) reply { return s.b.get(s.in("challenges/" + s.drawn + "/frames/100")).is(200) },
			event: verify.ViewEvidence, about: true,
		},
		"GET cases/{case}/sides": {do: func(s *stage) reply { return s.b.get(s.in("sides")).is(200) }, event: verify.ViewSides, about: true},
		"POST cases/{case}/report/close": {
			do: func(s *stage) reply {
				return s.b.post(s.in("report/close"), map[string]any{"founded": true, "code": "face.mismatch"}).is(200)
			},
			event: verify.CloseReport, codes: true, about: true,
		},
		"POST cases/{case}/sides/{other}/withdraw": {
			do: func(s *stage) reply {
				return s.b.post(s.in("sides/"+s.about+"/withdraw"), map[string]any{"reasons": because("face.mismatch", "face")}).is(200)
			},
			event: verify.WithdrewSide, codes: true, about: true,
		},
		"POST cases/{case}/take": {
			do: func(s *stage) reply {
				s.b.post(s.in("release"), none()).is(204)
				return s.b.post(s.in("take"), none()).is(200)
			},
			event: verify.TakeCase, about: true,
		},
		"POST cases/{case}/release": {do: func(s *stage) reply { return s.b.post(s.in("release"), none()).is(204) }, event: verify.ReleaseCase, about: true},
		"POST cases/{case}/decide": {
			do: func(s *stage) reply {
				return s.b.post(s.in("decide"), map[string]any{"verdict": "action_required", "reasons": because("details.name_mismatch", "details")}).is(200)
			},
			event: (kyc.Reviewed{}).Name(), codes: true, about: true,
		},
		"POST cases/{case}/confirm": {
			do: func(s *stage) reply {
				s.b.post(s.in("release"), none()).is(204)
				s.other.post(s.in("take"), none()).is(200)
				s.other.post(s.in("decide"), refuse).is(200) // two people, by the policy
				s.b.post(s.in("take"), none()).is(200)
				return s.b.post(s.in("confirm"), map[string]bool{"agree": true}).is(200)
			},
			event: (kyc.Reviewed{}).Name(), codes: true, about: true,
		},
		"POST cases/{case}/notes":    {do: func(s *stage) reply { return s.b.post(s.in("notes"), map[string]string{"text": "x"}).is(204) }, event: verify.WriteNote, about: true},
		"POST cases/{case}/escalate": {do: func(s *stage) reply { return s.b.post(s.in("escalate"), none()).is(200) }, event: verify.EscalateCase, about: true},
		"POST cases/{case}/assign": {
			do:    func(s *stage) reply { return s.b.post(s.in("assign"), map[string]string{"to": string(s.b.id)}).is(200) },
			event: verify.AssignCase, about: true,
		},
		"GET figures.csv":   {do: func(s *stage) reply { return s.b.get("figures.csv").is(200) }, event: "figures_exported"},
		"POST audit/verify": {do: func(s *stage) reply { return s.b.post("audit/verify", none()).is(200) }, event: "audit_checked"},
		"POST operators": {do: func(s *stage) reply {
			return s.admin.post("operators", map[string]string{"name": "N", "role": "auditor"}).is(200)
		}, event: "operator_invited", admin: true},
		"POST operators/{operator}/invite": {
			do:    func(s *stage) reply { return s.admin.post("operators/"+string(s.other.id)+"/invite", none()).is(200) },
			event: "operator_invited", admin: true,
		},
		"POST operators/{operator}/role": {
			do: func(s *stage) reply {
				return s.admin.post("operators/"+string(s.other.id)+"/role", map[string]string{"role": "senior"}).is(204)
			},
			event: "operator_changed", admin: true,
		},
		"POST operators/{operator}/disable": {
			do:    func(s *stage) reply { return s.admin.post("operators/"+string(s.other.id)+"/disable", none()).is(204) },
			event: "operator_changed", admin: true,
		},
	}
}

// TestEveryRouteIsRecordedOrSaysWhyNot does, once, what each route of the console is
// for. A new route fails it until somebody has said what of it stands in the record.
func TestEveryRouteIsRecordedOrSaysWhyNot(t *testing.T) {
	t.Parallel()
	all := acts()
	c := &console{}
	var routes []string
	for _, r := range c.routes() {
		if r.open {
			continue
		}
		method, path, _ := strings.Cut(r.pattern, " ")
		name := method + " " + strings.TrimPrefix(path, Path+"api/")
		routes = append(routes, name)
		if a, ok := all[name]; !ok || (a.event == "") == (a.why == "") {
			t.Errorf("%s: say in acts what of it is recorded, or why nothing is", name)
		}
	}
	shared := newStage(t)
	for name, a := range all {
		if !slices.Contains(routes, name) {
			t.Errorf("%s is no route", name)
			continue
		}
		t.Run(strings.ReplaceAll(name, "/", "_"), func(t *testing.T) {
			s := shared // where looking changes nothing but the record
			if !strings.HasPrefix(name, "GET ") {
				t.Parallel()
				s = newStage(t)
			}
			from := len(s.records())
			s.pass(time.Second)
			a.do(s)
			fresh := s.records()[from:]
			if a.event == "" {
				if len(fresh) > 0 {
					t.Errorf("recorded is %+v, and nothing should be: %s", fresh, a.why)
				}
				return
			}
			actor := s.b.id
			if a.admin {
				actor = s.admin.id
			}
			if !slices.ContainsFunc(fresh, func(r kyc.Record) bool {
				return r.Event == a.event && r.Actor == string(actor) && r.At.Equal(s.now()) && (string(r.Case) == s.id) == a.about && (len(r.Codes) > 0 || !a.codes)
			}) {
				t.Errorf("nothing says that %s did it: %+v", actor, fresh)
			}
			if _, err := audit.Verify(audit.Records(t.Context(), s.db)); err != nil {
				t.Error(err)
			}
		})
	}
}

func (l *lab) records() (out []kyc.Record) {
	l.Helper()
	for r, err := range audit.Records(l.Context(), l.db) {
		l.must(err)
		d, err := audit.Decode(r.Data)
		l.must(err)
		out = append(out, d)
	}
	return out
}

func newStage(t *testing.T) *stage {
	t.Helper()
	l := newLab(t, func(p *policy.Policy) {
		p.Review.FourEyes = []kyc.State{kyc.Declined}
		p.Items, p.Face.Capture = []kyc.Item{kyc.Details, kyc.Face}, policy.Live
	}, nil)
	ctx := t.Context()
	s := &stage{lab: l, b: l.worker("Bo", kyc.Compliance), admin: l.worker("Ada", kyc.Administrator), other: l.worker("Cy", kyc.Reviewer)}
	// asked is a case that waits for a person, with details and one frame of a face.
	asked := func(account string) (kyc.Case, kyc.ChallengeID) {
		c, err := l.service.CreateCase(ctx, verify.NewCase{ExternalID: account, Locale: "de"})
		l.must(err)
		_, err = l.service.Submit(ctx, c.ID, kyc.Details, "", []byte(`{"surname":"Kőszegi","given_names":"Anna","birth_date":"1990-05-17","document_number":"X73007509","residence":"DE"}`))
		l.must(err)
		d, err := l.service.DrawChallenge(ctx, c.ID, "", false)
		l.must(err)
		var b bytes.Buffer
		l.must(jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8)), nil))
		_, err = l.service.PutFrame(ctx, c.ID, d.ID, 100, b.Bytes())
		l.must(err)
		c, err = l.service.AskHelp(ctx, c.ID, kyc.HelpFrom{})
		l.must(err)
		return c, d.ID
	}
	old, _ := asked("the first account")
	_, err := l.service.Review(ctx, old.ID, "integrator", kyc.Approved, nil)
	l.must(err)
	k, drawn := asked("the second account")
	details, _ := k.Item(kyc.Details)
	s.id, s.about, s.drawn, s.details = string(k.ID), string(old.ID), string(drawn), string(details.Current.ID)
	l.must(l.db.Write(ctx, func(tx kyc.Tx) error {
		return tx.CreateRecovery(ctx, kyc.RecoveryRecord{ID: "rec_1", Case: k.ID, Applicant: k.Applicant, Status: kyc.RecoveryReported, CreatedAt: l.now(), UpdatedAt: l.now()})
	}))
	s.b.post(s.in("take"), none()).is(http.StatusOK)
	return s
}
