package document

import "testing"

func TestMatchLabel(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, text, want string }{
		{"english", "Surname", FieldSurname},
		{"m for rn", "Sumame", FieldSurname},
		{"plural", "Given names", FieldGivenNames},
		{"spaces lost", "Dateofbirth", FieldBirthDate},
		{"one letter lost", "Date ofbrth", FieldBirthDate},
		{"french with marks", "Prénoms", FieldGivenNames},
		{"french, wrong mark", "Prėnoms", FieldGivenNames},
		{"french abbreviation", "DATE DE NAISS.", FieldBirthDate},
		{"french expiry", "DATE D'EXPIR", FieldExpiryDate},
		{"german", "Geburtsdatum", FieldBirthDate},
		{"german expiry", "Gültig bis", FieldExpiryDate},
		{"spanish", "APELLIDOS", FieldSurname},
		{"spanish expiry", "VALIDEZ", FieldExpiryDate},
		{"italian", "Cognome", FieldSurname},
		{"portuguese", "Válido até", FieldExpiryDate},
		{"dutch", "Geldig tot", FieldExpiryDate},
		{"polish", "Nazwisko", FieldSurname},
		{"polish sex", "Płeć", FieldSex},
		{"number sign", "N° DU DOCUMENT", FieldDocumentNumber},
		{"aamva", "DOB", FieldBirthDate},
		{"aamva number", "DLN", FieldDocumentNumber},
		{"another's birth place", "Place of birth", FieldBirthPlace},
		{"other", "Nom d'usage", fieldOther},
		{"title is no label", "PASSPORT", ""},
		{"name is no label", "MARTIN", ""},
		{"short words have no slack", "DOE", ""},
		{"one letter", "F", ""},
		{"empty", "", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got, _, _ := matchLabel(fold(c.text)); got != c.want {
				t.Errorf("matchLabel(%q) = %q, want %q", c.text, got, c.want)
			}
		})
	}
}

func TestMatchSex(t *testing.T) {
	t.Parallel()
	cases := []struct{ in, want string }{
		{"M", "M"},
		{"F", "F"},
		{"X", "X"},
		{"M/M", "M"},
		{"K/F", "F"},
		{"V / F", "F"},
		{"male", "M"},
		{"WEIBLICH", "F"},
		{"Ž/F", "F"},
		{"FRA", ""},
		{"", ""},
		{"M 180 cm", ""},
	}
	for _, c := range cases {
		if got, ok := matchSex(c.in); got != c.want || ok != (c.want != "") {
			t.Errorf("matchSex(%q) = %q %v, want %q", c.in, got, ok, c.want)
		}
	}
}

func TestReadTitle(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		lines  []string
		kind   Kind
		issuer string
	}{
		{"californian licence", []string{"California", "USA", "DRIVER LICENSE"}, KindDrivingLicence, "USA"},
		{"french card", []string{"RÉPUBLIQUE FRANÇAISE", "CARTE NATIONALE D'IDENTITÉ / IDENTITY CARD"}, KindIDCard, "FRA"},
		{"misread letters", []string{"REPUBLIQUE FRANCAlSE", "CARTE NATIONAIE D'IDENTlTE"}, KindIDCard, "FRA"},
		{"spanish card", []string{"ESPAÑA", "DOCUMENTO NACIONAL DE IDENTIDAD"}, KindIDCard, "ESP"},
		{"resident", []string{"UNITED STATES OF AMERICA", "PERMANENT RESIENT"}, KindResidencePermit, "USA"},
		{"polish passport", []string{"RZECZPOSPOLITA POLSKA", "PASZPORT"}, KindPassport, "POL"},
		{"permit before card", []string{"TITRE DE SÉJOUR", "IDENTITY CARD"}, KindResidencePermit, ""},
		{"letter to a customer", []string{"Dear Sir,", "thank you for your order of two lamps."}, KindUnknown, ""},
		{"nothing", nil, KindUnknown, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := readTitle(c.lines); got.kind != c.kind || got.issuer != c.issuer {
				t.Errorf("readTitle = %+v, want %q %q", got, c.kind, c.issuer)
			}
		})
	}
}

func TestDistance(t *testing.T) {
	t.Parallel()
	cases := []struct {
		a, b        string
		limit, want int
	}{
		{"", "", 2, 0}, {"A", "", 2, 1}, {"KITTEN", "SITTING", 5, 3}, {"KITTEN", "SITTING", 1, 2}, {"ŁÓDŹ", "LODZ", 4, 3},
	}
	for _, c := range cases {
		if got := distance(c.a, c.b, c.limit); got != c.want {
			t.Errorf("distance(%q, %q, %d) = %d, want %d", c.a, c.b, c.limit, got, c.want)
		}
	}
	if got := distanceWithin("CARTENATIONALEDIDENTITEIDENTITYCARD", "IDENTITYCARD"); got != 0 {
		t.Errorf("distanceWithin = %d", got)
	}
}
