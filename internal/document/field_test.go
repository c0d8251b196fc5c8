package document

import (
	"math"
	"testing"
	"time"

	"bonafide/internal/imaging"
	"bonafide/internal/ocr"
)

// lay lays a text out at x, y with the given height, letters 0.6 of it wide, as a perfect reading of it would come.
func lay(text string, x, y, height float64) ocr.Line {
	var l ocr.Line
	n := float64(len([]rune(text)))
	w := 0.6 * height * n
	l.Text, l.Confidence = text, 0.99
	l.Box = imaging.Quad{{X: x, Y: y}, {X: x + w, Y: y}, {X: x + w, Y: y + height}, {X: x, Y: y + height}}
	for i, r := range []rune(text) {
		l.Chars = append(l.Chars, ocr.Char{R: r, Conf: 0.99, X: (float64(i) + 0.5) / n})
	}
	return l
}

func TestReadPrint(t *testing.T) {
	t.Parallel()
	today := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	cases := []struct {
		name  string
		lines []ocr.Line
		want  map[string]string
	}{
		{
			"values below their labels, two languages",
			[]ocr.Line{
				lay("RÉPUBLIQUE FRANÇAISE", 180, 18, 28), lay("NOM / Surname", 316, 69, 16), lay("MARTIN", 317, 86, 24),
				lay("Prénoms / Given names", 318, 131, 16), lay("Maëlis - Gaëlle, Marie", 318, 149, 20),
				lay("SEXE /Sex  NATIONALITÉ / Nationality", 316, 193, 16), lay("F", 317, 211, 18), lay("FRA", 420, 211, 18),
				lay("DATE DE NAISS. / Date of birth", 700, 194, 16), lay("13 07 1990", 700, 213, 20),
				lay("NOM D'USAGE / Alternate name", 316, 269, 16), lay("DUPONT", 316, 289, 20),
				lay("N° DU DOCUMENT / Document No", 316, 311, 16), lay("D2H6862M2", 316, 330, 22),
				lay("DATE D'EXPIR. / Expiry date", 700, 310, 16), lay("11 02 2030", 700, 330, 20),
			},
			map[string]string{
				FieldSurname: "MARTIN", FieldGivenNames: "Maëlis-Gaëlle, Marie", FieldSex: "F", FieldNationality: "FRA",
				FieldBirthDate: "1990-07-13", FieldDocumentNumber: "D2H6862M2", FieldExpiryDate: "2030-02-11",
			},
		},
		{
			"american codes on the line, unlabelled names above the address",
			[]ocr.Line{
				lay("DRIVER LICENSE", 509, 43, 32), lay("4d DLN D12345678", 645, 171, 30), lay("3 DOB 02/01/1957", 645, 210, 30),
				lay("SAMPLE", 391, 254, 31), lay("JELANI", 391, 289, 31), lay("123 MAIN STREET", 391, 326, 27),
				lay("4b EXP", 360, 415, 28), lay("02/01/2018", 480, 413, 32), lay("15 SEX", 359, 450, 26), lay("M", 470, 450, 26),
			},
			map[string]string{
				FieldSurname: "SAMPLE", FieldGivenNames: "JELANI", FieldBirthDate: "1957-02-01", FieldExpiryDate: "2018-02-01",
				FieldDocumentNumber: "D12345678", FieldSex: "M",
			},
		},
		{
			"american codes run together with their values",
			[]ocr.Line{
				lay("California", 49, 36, 65), lay("DRIVER LICENSE", 471, 42, 27), lay("DL I1234568", 343, 150, 30), lay("LNCARDHOLDER", 343, 245, 30),
				lay("FNIMA", 343, 280, 30), lay("DOB08/31/1977", 343, 374, 36),
			},
			map[string]string{FieldSurname: "CARDHOLDER", FieldGivenNames: "IMA", FieldBirthDate: "1977-08-31", FieldDocumentNumber: "I1234568"},
		},
		{
			"american codes in small print, run together and with figures for letters",
			[]ocr.Line{
				lay("VILA NOVA", 175, 20, 65), lay("DRIVER LICENSE", 960, 30, 50), lay("CAN", 1500, 30, 50), lay("44DLN S588794483", 700, 100, 60),
				lay("3 D08 1975-09-04", 700, 180, 60), lay("4b EXP 2034-09-11", 700, 260, 60), lay("ILN FERNANDEZ IBANEZ", 700, 340, 60),
				lay("2FN MARIA DEL CARMEN", 700, 420, 60), lay("8 100 MAPLE ST", 700, 500, 50), lay("4a Iss 2024-09-12", 700, 580, 50),
				lay("1S SEX F", 700, 660, 50), lay("5DD 695427448345", 200, 740, 40),
			},
			map[string]string{
				FieldSurname: "FERNANDEZ IBANEZ", FieldGivenNames: "MARIA DEL CARMEN", FieldBirthDate: "1975-09-04", FieldExpiryDate: "2034-09-11",
				FieldIssueDate: "2024-09-12", FieldDocumentNumber: "S588794483", FieldSex: "F",
			},
		},
		{
			"a person called Can is no Canadian",
			[]ocr.Line{lay("DRIVER LICENSE", 960, 30, 50), lay("4d DLN R78873667", 700, 100, 60), lay("3 DOB 03/04/1981", 700, 180, 60), lay("1 LN CELIK", 700, 260, 60), lay("2 FN", 700, 340, 60), lay("CAN", 900, 340, 60)},
			map[string]string{FieldSurname: "CELIK", FieldGivenNames: "CAN", FieldBirthDate: "1981-03-04", FieldDocumentNumber: "R78873667"},
		},
		{
			"the code of a surname that has lost its L",
			[]ocr.Line{lay("DRIVER LICENSE", 960, 30, 50), lay("4d DLN R78873667", 700, 100, 60), lay("3 DOB 1981-05-09", 700, 180, 60), lay("1N CELIKOGLU", 700, 260, 60)},
			map[string]string{FieldSurname: "CELIKOGLU", FieldBirthDate: "1981-05-09", FieldDocumentNumber: "R78873667"},
		},
		{
			"the first letter of a name seen with its label too",
			[]ocr.Line{
				lay("DRIVER LICENSE", 960, 30, 50), lay("4d DLN C8022861", 173, 376, 60), lay("3 DOB 04/22/1992", 173, 820, 60),
				lay("1 LN N", 175, 541, 40), lay("NUNEZ DE LA PENA", 270, 535, 58), lay("2 EN INIGO", 171, 610, 60),
			},
			map[string]string{FieldSurname: "NUNEZ DE LA PENA", FieldGivenNames: "INIGO", FieldDocumentNumber: "C8022861", FieldBirthDate: "1992-04-22"},
		},
		{
			"numbered labels of an EU driving licence",
			[]ocr.Line{
				lay("FÜHRERSCHEIN", 300, 20, 30), lay("BUNDESREPUBLIK DEUTSCHLAND", 300, 60, 26), lay("1. Mustermann", 300, 100, 24),
				lay("2. Erika", 300, 135, 24), lay("3. 12.08.64 Berlin", 300, 170, 24), lay("4a. 01.02.2013", 300, 205, 24),
				lay("4b. 01.02.2028", 500, 205, 24), lay("4c. Stadt Köln", 300, 240, 24), lay("5. B072RRE2I55", 300, 275, 24),
			},
			map[string]string{
				FieldSurname: "Mustermann", FieldGivenNames: "Erika", FieldBirthDate: "1964-08-12", FieldIssueDate: "2013-02-01",
				FieldExpiryDate: "2028-02-01", FieldDocumentNumber: "B072RRE2I55",
			},
		},
		{
			"a surname over two lines",
			[]ocr.Line{
				lay("APELLIDOS", 378, 816, 20), lay("MUESTRA", 378, 838, 26), lay("MUESTRA", 378, 864, 26), lay("NOMBRE", 378, 894, 20),
				lay("CARMEN", 378, 916, 26),
			},
			map[string]string{FieldSurname: "MUESTRA MUESTRA", FieldGivenNames: "CARMEN"},
		},
		{
			"a bare name is the surname where given names stand elsewhere",
			[]ocr.Line{
				lay("Name", 100, 100, 16), lay("MUSTERMANN", 100, 120, 22), lay("Vornamen", 100, 160, 16), lay("ERIKA", 100, 180, 22),
			},
			map[string]string{FieldSurname: "MUSTERMANN", FieldGivenNames: "ERIKA"},
		},
		{
			"dates in two languages",
			[]ocr.Line{lay("Date of birth / Date de naissance", 294, 262, 18), lay("07 DEC / DÉC 84", 294, 282, 24)},
			map[string]string{FieldBirthDate: "1984-12-07"},
		},
		{
			"surname, given names under one label",
			[]ocr.Line{lay("Name", 100, 100, 16), lay("CRITTENDEN, LEE W", 100, 120, 22)},
			map[string]string{FieldSurname: "CRITTENDEN", FieldGivenNames: "LEE W"},
		},
		{
			"validity from and to",
			[]ocr.Line{lay("Valabilitate / Validity / Validité", 300, 262, 18), lay("17.10.03-09.05.2013", 300, 282, 24)},
			map[string]string{FieldExpiryDate: "2013-05-09"},
		},
		{
			"a label alone", []ocr.Line{lay("Date of birth", 100, 100, 16)}, map[string]string{},
		},
		{
			"no document", []ocr.Line{lay("Dear Sir,", 10, 10, 20), lay("thank you for your order", 10, 40, 20)}, map[string]string{},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for _, angle := range []float64{0, math.Pi / 2, math.Pi, -0.3} { // the same page however it lies
				lines := make([]ocr.Line, len(c.lines))
				for i, l := range c.lines {
					lines[i] = l
					for k, p := range l.Box {
						lines[i].Box[k] = imaging.Point{X: p.X*math.Cos(angle) - p.Y*math.Sin(angle), Y: p.X*math.Sin(angle) + p.Y*math.Cos(angle)}
					}
				}
				got := readPrint(lines, angle, "", today)
				for field, want := range c.want {
					if got.fields[field].Value != want {
						t.Errorf("angle %.1f: %s = %q, want %q", angle, field, got.fields[field].Value, want)
					}
				}
				for field, f := range got.fields {
					if c.want[field] == "" {
						t.Errorf("angle %.1f: invented %s = %q", angle, field, f.Value)
					}
				}
			}
		})
	}
}

func TestRestrict(t *testing.T) {
	t.Parallel()
	marked := lay("MĀRTIN", 0, 0, 20)
	marked.Chars[1].Others = []ocr.Alternative{{R: 'A', Conf: 0.2}}
	other := lay("MAĖLIS", 0, 0, 20)
	other.Chars[2].Others = []ocr.Alternative{{R: 'Ệ', Conf: 0.2}, {R: 'Ë', Conf: 0.1}}
	cases := []struct {
		name, issuer, want string
		line               ocr.Line
	}{
		{"a mark the state does not know falls", "FRA", "MARTIN", marked},
		{"and stays in a state that has it", "LVA", "MĀRTIN", marked},
		{"the likeliest known mark is taken", "FRA", "MAËLIS", other},
		{"a state without marks", "USA", "MAELIS", other},
		{"an unknown state keeps Europe's", "", "MĀRTIN", marked},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := restrict([]ocr.Line{c.line}, c.issuer)[0].Text; got != c.want {
				t.Errorf("restrict = %q, want %q", got, c.want)
			}
		})
	}
}

func TestNumberOf(t *testing.T) {
	t.Parallel()
	cases := []struct{ in, want string }{
		{"D2H6862M2", "D2H6862M2"},
		{"E R E8 2 7 2 1", "ERE82721"},
		{"123-123-123", "123-123-123"},
		{"l1234568", "I1234568"},
		{" AB 123456.", "AB123456"},
		{"Signature", ""},
		{"MARTIN", ""},
		{"DFDVEZ6PH", "DFDVEZ6PH"},
		{"STREET 7", ""},
		{"12", ""},
		{"", ""},
	}
	for _, c := range cases {
		if got := numberOf(c.in); got != c.want {
			t.Errorf("numberOf(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func FuzzReadPrint(f *testing.F) {
	f.Add("Surname/Nom", "ERIKSSON", "4a. 01.02.2013", int16(20), int16(-7))
	f.Add("/ : /", "1. 2. 3.", "DLN D1 DOB", int16(0), int16(0))
	f.Add("DRIVER LICENSE", "1N X", "3 D08 1/1/11", int16(30), int16(90))
	f.Add("DRIVER LICENSE", "LNX", "DOB1/1/11", int16(300), int16(300))
	f.Fuzz(func(t *testing.T, a, b, c string, x, y int16) {
		lines := []ocr.Line{lay(a, 100, 100, 20), lay(b, 100+float64(x), 100+float64(y), 22), lay(c, 100, 160, 18)}
		got := readPrint(lines, float64(x)/100, "", time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC))
		for name, v := range got.fields {
			if v.Value == "" || math.IsNaN(v.Confidence) {
				t.Errorf("%s = %+v", name, v)
			}
		}
	})
}

func BenchmarkReadPrint(b *testing.B) {
	var lines []ocr.Line
	for i := range 10 {
		y := float64(100 * i)
		lines = append(lines, lay("Date of birth / Date de naissance", 100, y, 18), lay("07 DEC / DÉC 84", 100, y+20, 24),
			lay("Issuing authority / Autorité", 600, y, 18), lay("MINISTRY OF THE INTERIOR", 600, y+20, 24))
	}
	today := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	for b.Loop() {
		readPrint(lines, 0, "FRA", today)
	}
}
