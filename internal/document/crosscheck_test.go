package document

import (
	"testing"

	"bonafide/internal/ocr"
)

// TestContradiction holds printed values against coded ones: what the reader was sure of counts, what it was unsure of does not.
func TestContradiction(t *testing.T) {
	t.Parallel()
	const told = 4.5 // of the standard policy
	for _, c := range []struct {
		name         string
		field        string
		print, coded string
		conf         float64
		differs      bool
	}{
		{"the same name", FieldSurname, "SMITH", "SMITH", 0.99, false},
		{"another letter", FieldSurname, "SMITH", "SMYTH", 0.99, true},
		{"another letter, read unsurely", FieldSurname, "SMITH", "SMYTH", 0.6, false},
		{"another name", FieldGivenNames, "ANNA", "PETRA", 0.97, true},
		{"transliterated", FieldSurname, "MÜLLER", "MUELLER", 0.99, false},
		{"a mark that the reader lost", FieldSurname, "MULLER", "MUELLER", 0.99, false},
		{"a letter of its own", FieldSurname, "ŁÓDŹ", "LODZ", 0.99, false},
		{"a hyphen", FieldSurname, "DUPONT-DURAND", "DUPONT DURAND", 0.99, false},
		{"a name that the zone goes on with", FieldGivenNames, "ANNA", "ANNA MARIA", 0.99, false},
		{"another figure", FieldDocumentNumber, "C01234567", "C01284567", 0.99, true},
		{"shapes that are one", FieldDocumentNumber, "CO1234567", "C01234567", 0.99, false},
		{"a number with its series before it", FieldDocumentNumber, "AB C01234567", "C01234567", 0.99, false},
		{"another day", FieldBirthDate, "1985-08-05", "1985-08-15", 0.99, true},
		{"day and month changed over", FieldBirthDate, "1985-08-05", "1985-05-08", 0.99, true},
		{"another sex", FieldSex, "M", "F", 0.99, true},
		{"nothing coded", FieldSurname, "SMITH", "", 0.99, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := Contradiction(c.field, Field{Value: c.print, Confidence: c.conf}, c.coded)
			if (got > told) != c.differs {
				t.Errorf("%q against %q: %.1f", c.print, c.coded, got)
			}
		})
	}

	t.Run("a letter for which the reader had the other as a fair chance", func(t *testing.T) {
		t.Parallel()
		f := Field{Value: "SMITH", Confidence: 0.9}
		for _, r := range f.Value {
			f.chars = append(f.chars, ocr.Char{R: r, Conf: 0.99})
		}
		f.chars[2] = ocr.Char{R: 'I', Conf: 0.8, Others: []ocr.Alternative{{R: 'Y', Conf: 0.15}}}
		if got := Contradiction(FieldSurname, f, "SMYTH"); got > told {
			t.Errorf("told: %.1f", got)
		}
		if got := Contradiction(FieldBirthDate, Field{Value: "1985-08-05", Confidence: 0.99, Ambiguous: true}, "1985-05-08"); got > 0 {
			t.Errorf("a date whose order is not known: %.1f", got)
		}
	})
}

// TestZoneTilt tells a page seen from the side by its zone.
func TestZoneTilt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		box  Box
		from float64
		to   float64
	}{
		{"from above", Box{{100, 300}, {900, 300}, {900, 360}, {100, 360}}, 0, 0.01},
		{"turned", Box{{100, 300}, {100, 1100}, {40, 1100}, {40, 300}}, 0, 0.01},
		{"from below", Box{{120, 300}, {880, 300}, {900, 360}, {100, 360}}, 0.3, 0.4},
		{"from the left", Box{{100, 300}, {900, 310}, {900, 350}, {100, 360}}, 0.3, 0.4},
	} {
		if got := zoneTilt(&MRZ{Box: c.box, Format: "TD3"}); got < c.from || got > c.to {
			t.Errorf("%s: %.3f", c.name, got)
		}
	}
}
