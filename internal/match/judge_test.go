package match_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"bonafide/internal/match"
)

// TestEvaluationPairs measures the comparison on the evaluation data by the rules of the project's judge.
func TestEvaluationPairs(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "data", "names", "pairs_nomenklatura.json"))
	if err != nil {
		t.Skip("no evaluation data at ../shared/data")
	}
	var pairs []struct {
		Schema string `json:"schema"`
		Name1  string `json:"name1"`
		Name2  string `json:"name2"`
		Match  bool   `json:"is_match"`
	}
	if err := json.Unmarshal(raw, &pairs); err != nil {
		t.Fatal(err)
	}
	yes, no, accepted, kept, told, mute := 0, 0, 0, 0, 0, 0
	for i, p := range pairs {
		if p.Schema != "Person" {
			continue
		}
		r := match.Names(match.Name{Full: p.Name1}, match.Name{Full: p.Name2}, match.DefaultPolicy())
		if r.Verdict != match.Same && len(r.Differences) == 0 {
			mute++
		}
		switch {
		case p.Match:
			yes++
			if r.Verdict != match.Different {
				kept++
			} else {
				t.Logf("record %d lost, score %.2f", i, r.Score)
			}
		default:
			no++
			switch r.Verdict {
			case match.Same:
				accepted++
				t.Logf("record %d accepted", i)
			case match.Different:
				told++
			default:
				t.Logf("record %d not told apart, score %.2f", i, r.Score)
			}
		}
	}
	t.Logf("same-person pairs kept %d/%d, other-person pairs told apart %d/%d, accepted as same %d, mute %d", kept, yes, told, no, accepted, mute)
	if float64(accepted) > 0.02*float64(no) || float64(kept) < 0.85*float64(yes) || float64(told) < 0.7*float64(no) || mute > 0 {
		t.Error("under the bars")
	}
}
