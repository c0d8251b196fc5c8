package verify

import (
	"database/sql"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"bonafide/internal/kyc"
	"bonafide/internal/policy"
)

// forgotten is a lab in which somebody was verified, forgot it, and comes again: the
// second case is in review. The account has two addresses.
func forgotten(t *testing.T, change func(*policy.Policy)) (l *lab, old kyc.ApplicantID, now kyc.CaseID) {
	t.Helper()
	pol := rules()
	pol.Uniqueness = policy.Uniqueness{Faces: policy.NotSearched, FalseAlarms: 0.02, Recovery: policy.Recovery{
		Codes: 3, Tries: 3, CodeExpiresAfter: 10 * time.Minute, Pause: time.Minute, PerAddress: 5,
	}}
	change(&pol)
	l = newLab(t, pol, nil)
	l.cfg.Notices, l.cfg.Deliveries = true, true
	first := l.of("account 1", rightDetails, 0.1)
	l.wants(l.check(first), kyc.Approved)
	old = l.applicantOf(first)
	if err := l.PutContacts(l.ctx(), old, []string{"Anna@Example.org", "+49 30 123456"}); err != nil {
		t.Fatal(err)
	}
	now = l.of("account 2", rightDetails, 0.1)
	l.wants(l.check(now), kyc.InReview, "uniqueness.document_in_use@uniqueness", "uniqueness.document_elsewhere@uniqueness")
	return l, old, now
}

// outbox lists what is to be sent: notices by their receiver, deliveries by type.
func (l *lab) outbox() (notices []kyc.Notice, deliveries []kyc.Delivery) {
	l.Helper()
	rows, err := l.db.DB().QueryContext(l.ctx(), "SELECT kind, more FROM kept_jobs WHERE more IS NOT NULL ORDER BY rowid")
	if err != nil {
		l.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var kind string
		var more sql.NullString
		if err := rows.Scan(&kind, &more); err != nil {
			l.Fatal(err)
		}
		var n kyc.Notice
		var d kyc.Delivery
		switch kind {
		case kyc.SendNotice:
			err = json.Unmarshal([]byte(more.String), &n)
			notices = append(notices, n)
		case kyc.DeliverEvent:
			err = json.Unmarshal([]byte(more.String), &d)
			deliveries = append(deliveries, d)
		}
		if err != nil {
			l.Fatal(err)
		}
	}
	if err := rows.Err(); err != nil {
		l.Fatal(err)
	}
	return notices, deliveries
}

// asks asks for a code and returns what the receiver gets of it; "" is nobody.
func (l *lab) asks(id kyc.CaseID, address string) (Recovery, string) {
	l.Helper()
	r, err := l.SendCode(l.ctx(), id, address)
	if err != nil {
		l.Fatal(err)
	}
	notices, _ := l.outbox()
	last := notices[len(notices)-1]
	if last.To == "" {
		return r, ""
	}
	x, err := l.letter(l.ctx(), last)
	if err != nil || x.to.Address == "" {
		l.Fatalf("%+v, %v", x, err)
	}
	return r, x.code
}

func (l *lab) tries(id kyc.CaseID, code string) (Recovery, bool) {
	l.Helper()
	r, right, err := l.ProveCode(l.ctx(), id, code)
	if err != nil {
		l.Fatal(err)
	}
	return r, right
}

func another(code string) string {
	if code[0] == '9' {
		return "0" + code[1:]
	}
	return string(code[0]+1) + code[1:]
}

func TestAForgottenAccountIsRecovered(t *testing.T) {
	t.Parallel()
	l, old, id := forgotten(t, func(*policy.Policy) {})
	r, code := l.asks(id, " ANNA@example.ORG ")
	if code == "" || r.Status != kyc.RecoveryOpen || r.CodesLeft != 2 || r.TriesLeft != 3 || r.NextCodeIn != time.Minute || r.ExpiresIn != 10*time.Minute {
		t.Fatalf("%+v, code %q", r, code)
	}
	if _, right := l.tries(id, another(code)); right {
		t.Fatal("a wrong code is right")
	}
	r, right := l.tries(id, code)
	if !right || r.Status != kyc.RecoveryFace || r.Proof == "" {
		t.Fatalf("%+v", r)
	}
	// The answer is lost, and the same is tried again: it is the same proof.
	if again, right := l.tries(id, code); !right || again.Proof != r.Proof {
		t.Errorf("%+v", again)
	}
	proof := l.read(r.Proof)
	if proof.Applicant != old || proof.Purpose != kyc.ForRecovery || proof.State != kyc.Open {
		t.Fatalf("%+v", proof)
	}
	if made := l.lastOfRecord(r.Proof); made.Event != "create_reverification" || made.Actor != "applicant" {
		t.Errorf("the record says %+v", made)
	}
	l.selfie(r.Proof, goodPortrait(0.12))
	l.wants(l.check(r.Proof), kyc.Approved)
	if r, err := l.Recovery(l.ctx(), id); err != nil || r.Status != kyc.RecoveryProved || r.Account != old {
		t.Errorf("%+v, %v", r, err)
	}
	_, told := l.outbox()
	k := slices.IndexFunc(told, func(d kyc.Delivery) bool { return d.Type == kyc.DeliverProof })
	if k < 0 || told[k].Account != old || told[k].Applicant != l.applicantOf(id) || told[k].Case != id {
		t.Errorf("told %+v", told)
	}
	// The face that was shown again is told of as such, with what it was for and how it ended.
	if !slices.ContainsFunc(told, func(d kyc.Delivery) bool {
		return d.Type == kyc.DeliverCase && d.Case == r.Proof && d.State == kyc.Approved && d.Purpose == kyc.ForRecovery
	}) {
		t.Errorf("of the re-verification is told %+v", told)
	}
	l.wants(l.read(id), kyc.InReview, "uniqueness.document_in_use@uniqueness", "uniqueness.document_elsewhere@uniqueness")
	if got := l.events(id); !slices.Contains(got, "recovery_proved") || !slices.Contains(got, "recovery_code_tried") {
		t.Errorf("the record says %v", got)
	}
}

func TestAnotherFaceRecoversNothing(t *testing.T) {
	t.Parallel()
	l, _, id := forgotten(t, func(*policy.Policy) {})
	_, code := l.asks(id, "anna@example.org")
	r, _ := l.tries(id, code)
	l.selfie(r.Proof, goodPortrait(0.9))
	l.wants(l.check(r.Proof), kyc.InReview, "face.record_mismatch@face")
	if r, err := l.Recovery(l.ctx(), id); err != nil || r.Status != kyc.RecoveryFace {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestARuleBringsAPersonToARecovery(t *testing.T) {
	t.Parallel()
	l, _, id := forgotten(t, func(p *policy.Policy) { p.Uniqueness.Recovery.Review = true })
	_, code := l.asks(id, "+49 30 12-34-56")
	r, _ := l.tries(id, code)
	l.selfie(r.Proof, goodPortrait(0.1))
	l.wants(l.check(r.Proof), kyc.InReview, "uniqueness.recovery_review@uniqueness")
	if _, err := l.Review(l.ctx(), r.Proof, "rev_1", kyc.Approved, nil); err != nil {
		t.Fatal(err)
	}
	if r, err := l.Recovery(l.ctx(), id); err != nil || r.Status != kyc.RecoveryProved {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestAnAddressThatIsNobodysTellsNothing(t *testing.T) {
	t.Parallel()
	l, _, id := forgotten(t, func(*policy.Policy) {})
	// Somebody else's address, with an account that has nothing to do with it.
	stranger := l.of("account 3", strings.ReplaceAll(rightDetails, "X73007509", "Y41008824"), 0.1)
	if err := l.PutContacts(l.ctx(), l.applicantOf(stranger), []string{"eve@example.org"}); err != nil {
		t.Fatal(err)
	}
	r, code := l.asks(id, "eve@example.org")
	if code != "" {
		t.Fatal("a code went to an account that has nothing to do with it")
	}
	want := r
	// Not even the code that was drawn for nobody is right.
	var drawn string
	if err := l.db.Read(l.ctx(), func(tx kyc.Tx) error {
		_, x, err := l.openRecovery(l.ctx(), tx, id)
		drawn = x.Codes[0].Code
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if r, right := l.tries(id, drawn); right || r.Status != kyc.RecoveryOpen {
		t.Errorf("%+v", r)
	}
	// What is answered is the same as for the right address.
	other, _, same := forgotten(t, func(*policy.Policy) {})
	r, code = other.asks(same, "anna@example.org")
	if r.ID, r.Case, r.Accounts, r.At = want.ID, want.Case, want.Accounts, want.At; code == "" || !slices.Equal(r.Accounts, want.Accounts) {
		t.Errorf("%+v", r)
	}
	want.Accounts, r.Accounts = nil, nil
	if r.Status != want.Status || r.CodesLeft != want.CodesLeft || r.TriesLeft != want.TriesLeft || r.NextCodeIn != want.NextCodeIn || r.ExpiresIn != want.ExpiresIn {
		t.Errorf("%+v, want %+v", r, want)
	}
}

func TestCodesHaveLimits(t *testing.T) {
	t.Parallel()
	l, old, id := forgotten(t, func(p *policy.Policy) { p.Uniqueness.Recovery.PerAddress = 2 })
	_, code := l.asks(id, "anna@example.org")
	_, err := l.SendCode(l.ctx(), id, "anna@example.org")
	if e := l.refused(err, kyc.InCoolDown); !e.RetryAt.Equal(l.now().Add(time.Minute)) {
		t.Errorf("again at %v", e.RetryAt)
	}
	for range 3 {
		l.tries(id, another(code))
	}
	_, _, err = l.ProveCode(l.ctx(), id, code)
	l.refused(err, kyc.TooMany) // although it is the right one
	l.pass(time.Minute)
	_, code = l.asks(id, "anna@example.org")
	l.pass(10 * time.Minute)
	_, _, err = l.ProveCode(l.ctx(), id, code)
	l.refused(err, kyc.TooMany) // it has expired
	if _, code = l.asks(id, "anna@example.org"); code != "" {
		t.Error("a third code went to an address that gets two a day")
	}
	l.pass(time.Minute)
	_, err = l.SendCode(l.ctx(), id, "anna@example.org")
	l.refused(err, kyc.TooMany)
	_, err = l.SendCode(l.ctx(), id, "no address")
	l.refused(err, kyc.Invalid)
	// Of a notice that comes late, and of one whose receiver is erased, nothing is sent.
	notices, _ := l.outbox()
	if x, err := l.letter(l.ctx(), notices[0]); err != nil || x.to.Address != "" {
		t.Errorf("%+v, %v", x, err)
	}
	if err := l.Erase(l.ctx(), old); err != nil {
		t.Fatal(err)
	}
	if x, err := l.letter(l.ctx(), notices[1]); err != nil || x.to.Address != "" {
		t.Errorf("%+v, %v", x, err)
	}
}

// TestNobodyElseUsesUpTheCodesOfAnAddress: asking from a case that is about another
// account costs the owner of an address nothing.
func TestNobodyElseUsesUpTheCodesOfAnAddress(t *testing.T) {
	t.Parallel()
	l, _, now := forgotten(t, func(p *policy.Policy) { p.Uniqueness.Recovery.PerAddress = 1 })
	l.wants(l.check(l.with("account 3", "Y41008824", 0.1)), kyc.Approved)
	stranger := l.with("account 4", "Y41008824", 0.1)
	l.wants(l.check(stranger), kyc.InReview, "uniqueness.document_in_use@uniqueness", "uniqueness.document_elsewhere@uniqueness")
	for range 2 {
		if _, code := l.asks(stranger, "anna@example.org"); code != "" {
			t.Fatal("a code of an account that the case is not about")
		}
		l.pass(2 * time.Minute)
	}
	if _, code := l.asks(now, "anna@example.org"); code == "" {
		t.Error("the owner gets no code any more")
	}
}

// TestAnAnsweredCodeIsNotGuessed: who comes later to a case whose code was right
// cannot try out codes without end.
func TestAnAnsweredCodeIsNotGuessed(t *testing.T) {
	t.Parallel()
	l, _, now := forgotten(t, func(*policy.Policy) {})
	_, code := l.asks(now, "anna@example.org")
	if _, right := l.tries(now, code); !right {
		t.Fatal("the right code is wrong")
	}
	if _, right := l.tries(now, code); !right { // the answer was lost on the way
		t.Error("the right code is wrong the second time")
	}
	if _, right := l.tries(now, another(code)); right {
		t.Error("a wrong code is right")
	}
	_, _, err := l.ProveCode(l.ctx(), now, code)
	l.refused(err, kyc.TooMany)
	// Who has closed the page for the face gets there by another code: to the same one.
	l.pass(time.Minute)
	before, err := l.Recovery(l.ctx(), now)
	if err != nil {
		t.Fatal(err)
	}
	_, code = l.asks(now, "+49 30 123456")
	if r, right := l.tries(now, code); !right || r.Proof != before.Proof || r.Status != kyc.RecoveryFace {
		t.Errorf("%v, %+v, want the case %s", right, r, before.Proof)
	}
}

// TestLimitsComeBeforeTheSearch: what is not possible now is refused before anything is
// searched for. Here the search would fail, since the evidence is gone.
func TestLimitsComeBeforeTheSearch(t *testing.T) {
	t.Parallel()
	l, _, id := forgotten(t, func(*policy.Policy) {})
	_, code := l.asks(id, "anna@example.org")
	for range 3 {
		l.tries(id, another(code))
	}
	if _, err := l.db.DB().ExecContext(l.ctx(), "UPDATE submissions SET sealed = x'00' WHERE case_id = ?", string(id)); err != nil {
		t.Fatal(err)
	}
	_, err := l.SendCode(l.ctx(), id, "anna@example.org")
	l.refused(err, kyc.InCoolDown)
	_, _, err = l.ProveCode(l.ctx(), id, code)
	l.refused(err, kyc.TooMany)
	if _, err = l.NotMe(l.ctx(), id); err == nil || kyc.KindOf(err) != "" {
		t.Errorf("a report does not look at the evidence: %v", err)
	}
}

func TestNotMe(t *testing.T) {
	t.Parallel()
	l, old, id := forgotten(t, func(*policy.Policy) {})
	for range 2 { // a second tap changes nothing
		r, err := l.NotMe(l.ctx(), id)
		if err != nil || r.Status != kyc.RecoveryReported || !slices.Equal(r.Accounts, []kyc.ApplicantID{old}) {
			t.Fatalf("%+v, %v", r, err)
		}
	}
	var written int
	if err := l.db.DB().QueryRowContext(l.ctx(), "SELECT count(*) FROM audit WHERE instr(CAST(data AS TEXT), 'identity_theft_reported') > 0").Scan(&written); err != nil || written != 1 {
		t.Errorf("recorded %d times, %v", written, err)
	}
	notices, told := l.outbox()
	// Each address has a message of its own: one that fails is not sent to the other again.
	var to []string
	for _, n := range notices {
		x, err := l.letter(l.ctx(), n)
		if err != nil || n.Kind != kyc.NoticeTheft || n.To != old || x.locale != "en" {
			t.Errorf("%+v, %+v, %v", n, x, err)
		}
		to = append(to, x.to.Address)
	}
	if slices.Sort(to); !slices.Equal(to, []string{"+4930123456", "anna@example.org"}) {
		t.Errorf("goes to %q", to)
	}
	if k := slices.IndexFunc(told, func(d kyc.Delivery) bool { return d.Type == kyc.DeliverReport }); k < 0 || told[k].Account != old || told[k].Case != id {
		t.Errorf("told %+v", told)
	}
	_, err := l.SendCode(l.ctx(), id, "anna@example.org")
	l.refused(err, kyc.NotAllowed)
	if all, err := l.Recoveries(l.ctx(), kyc.RecoveryReported, 10); err != nil || len(all) != 1 || all[0].Case != id {
		t.Errorf("%+v, %v", all, err)
	}
	// The approved account stays as it is until a person has looked.
	if c := l.read(l.cases()[0]); c.State != kyc.Approved {
		t.Errorf("the old account is %s", c.State)
	}
}

func TestOnlyWhoWasToldCanRecover(t *testing.T) {
	t.Parallel()
	l, _, id := forgotten(t, func(*policy.Policy) {})
	l.account = "account 4"
	side := goodSide()
	side.CheckDigits["composite"] = false
	signal := l.check(l.sent(rightDetails, side, goodPortrait(0.1)).ID)
	l.wants(signal, kyc.InReview, "document.mrz_check_digit@document_front", "uniqueness.document_elsewhere@uniqueness")
	for what, c := range map[string]kyc.CaseID{"who was not told": signal.ID, "an open case": l.open().ID, "the approved case": l.cases()[0]} {
		if _, err := l.Recovery(l.ctx(), c); kyc.KindOf(err) != kyc.NotAllowed {
			t.Errorf("%s: %v", what, err)
		}
		if _, err := l.SendCode(l.ctx(), c, "anna@example.org"); kyc.KindOf(err) != kyc.NotAllowed {
			t.Errorf("%s: %v", what, err)
		}
		if _, err := l.NotMe(l.ctx(), c); kyc.KindOf(err) != kyc.NotAllowed {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := l.Review(l.ctx(), id, "rev_1", kyc.Declined, []kyc.Finding{{Code: kyc.DocumentInUse, Item: kyc.Uniqueness}}); err != nil {
		t.Fatal(err)
	}
	if _, err := l.SendCode(l.ctx(), id, "anna@example.org"); kyc.KindOf(err) != kyc.NotAllowed {
		t.Errorf("after a decision: %v", err)
	}
}

func TestContactsAreRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Anna@Example.ORG": "email anna@example.org", " +49 (30) 12-34/56 ": "phone +4930123456", "0049 30 123456": "phone +4930123456",
		"４９ ３０ １２３４５６": "phone +4930123456", // as some keyboards write digits
		"":             "", "anna": "", "anna@": "", "a b@example.org": "", "Anna <anna@example.org>": "", "030 123456": "", "+49": "", "+49 30 12345x": "",
		"anna@example.org\r\nBcc: eve@example.org": "", strings.Repeat("1", 16): "", strings.Repeat("a", 300) + "@example.org": "",
	} {
		kind, plain, err := contact(text)
		got := strings.TrimSpace(string(kind) + " " + plain)
		if got != want || (err != nil) != (want == "") {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
}
