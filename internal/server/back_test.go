package server_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"bonafide/api"
	"bonafide/internal/operator"
	"bonafide/internal/server"
)

func asJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func TestPeopleAreSentBack(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil, func(c *server.Config) {
		o, err := operator.Parse([]byte("name: A\nhelp_centre: https://help.example.org\nreturn_to: [https://shop.example.org]\n"), nil)
		if err != nil {
			t.Fatal(err)
		}
		c.Operator = o
	})
	back := api.WayBack{ReturnURL: "https://shop.example.org/done", ReturnState: "s-1"}
	made := into[api.CreatedCase](l.post("/v1/cases", l.key, asJSON(api.NewCase{ExternalID: "a", WayBack: back}), nil).is(http.StatusCreated))
	path := "/v1/cases/" + made.Case.ID
	is := func(want string) {
		t.Helper()
		for _, who := range []string{l.key, made.Link.Token} {
			if got := into[api.Case](l.get(path, who).is(http.StatusOK)).ReturnURL; got != want {
				t.Errorf("back to %q, want %q", got, want)
			}
		}
	}
	is("https://shop.example.org/done?case=" + made.Case.ID + "&state=s-1")
	if strings.Contains(made.Link.URL, "shop") {
		t.Errorf("the link says where it leads back to: %s", made.Link.URL)
	}

	// A new link says it anew, or leaves it.
	l.post(path+"/links", l.key, nil, nil).is(http.StatusCreated)
	is("https://shop.example.org/done?case=" + made.Case.ID + "&state=s-1")
	l.post(path+"/links", l.key, asJSON(api.NewLink{WayBack: api.WayBack{ReturnURL: "https://shop.example.org/two"}}), nil).is(http.StatusCreated)
	is("https://shop.example.org/two?case=" + made.Case.ID)

	for name, w := range map[string]api.WayBack{
		"another origin": {ReturnURL: "https://evil.example/"}, "a longer one": {ReturnURL: "https://shop.example.org.evil.example/"},
		"script": {ReturnURL: "javascript:alert(1)"}, "what is added": {ReturnURL: "https://shop.example.org/?state=x"},
	} {
		for _, a := range []answer{
			l.post("/v1/cases", l.key, asJSON(api.NewCase{ExternalID: "b", WayBack: w}), nil), l.post(path+"/links", l.key, asJSON(api.NewLink{WayBack: w}), nil),
		} {
			a.problem(http.StatusUnprocessableEntity, "return_not_allowed")
		}
		if strings.Contains(l.log.String(), w.ReturnURL) {
			t.Errorf("%s is in the log", name)
		}
	}
	l.post(path+"/links", l.key, asJSON(api.NewLink{WayBack: api.WayBack{ReturnState: "x"}}), nil).problem(http.StatusUnprocessableEntity, "invalid")
	// Nobody but the integrator says where somebody is sent.
	l.post(path+"/links", made.Link.Token, asJSON(api.NewLink{WayBack: back}), nil).problem(http.StatusForbidden, "not_yours")
	is("https://shop.example.org/two?case=" + made.Case.ID)
	// None of the refused made a case.
	if all := into[api.CaseList](l.get("/v1/cases?external_id=b", l.key).is(http.StatusOK)); len(all.Cases) != 0 {
		t.Errorf("%d cases", len(all.Cases))
	}
	// An origin that is not listed any more sends nobody anywhere.
	l.config.Operator.ReturnTo = nil
	l.start()
	is("")
}
