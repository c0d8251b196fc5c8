package mrz_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bonafide/mrz"
)

// TestEvaluationVectors measures the parser on the evaluation data by the rules of the project's judge.
func TestEvaluationVectors(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(filepath.Join("..", "..", "shared", "data", "mrz_text", "mrz_text.json"))
	if err != nil {
		t.Skip("no evaluation data at ../shared/data")
	}
	var records []struct {
		Lines  []string          `json:"lines"`
		Valid  bool              `json:"valid"`
		Fields map[string]string `json:"fields"`
	}
	if err := json.Unmarshal(raw, &records); err != nil {
		t.Fatal(err)
	}
	right, fields, fieldsRight := 0, 0, 0
	for i, rec := range records {
		r, _ := mrz.Parse(rec.Lines, at())
		if r.Valid == rec.Valid {
			right++
		} else {
			t.Logf("record %d: verdict %v", i, r.Valid)
		}
		if !rec.Valid {
			continue
		}
		f := r.Fields
		for name, got := range map[string]string{
			mrz.FieldDocumentNumber: f.DocumentNumber, mrz.FieldBirthDate: f.BirthDate.String(), mrz.FieldExpiryDate: f.ExpiryDate.String(),
			mrz.FieldSurname: f.Surname, mrz.FieldGivenNames: f.GivenNames, mrz.FieldIssuingState: f.IssuingState, mrz.FieldNationality: f.Nationality,
		} {
			want := rec.Fields[name]
			if want == "" {
				continue
			}
			fields++
			bare := strings.ReplaceAll(got, "-", "")
			if bare == want || bare == strings.ReplaceAll(want, " ", "") || len(bare) > 2 && bare[2:] == want {
				fieldsRight++
			} else {
				t.Logf("record %d: %s differs", i, name)
			}
		}
	}
	t.Logf("verdict right %d/%d, fields right %d/%d", right, len(records), fieldsRight, fields)
	if float64(right) < 0.98*float64(len(records)) || float64(fieldsRight) < 0.98*float64(fields) {
		t.Error("under 98 %")
	}
}
