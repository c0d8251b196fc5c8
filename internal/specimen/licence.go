package specimen

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"strings"

	"bonafide/mrz"
)

// licence is a driving licence as one of the invented jurisdictions issues it. North America's standard knows only the United States, Canada
// and Mexico, so that these licences say one of them; neither the jurisdictions nor their issuer numbers exist.
type licence struct {
	Person
	number      string
	title       string
	state       string // USA or CAN
	code        string // of the jurisdiction
	iin         string
	version     int // of the AAMVA's standard that the bar code follows
	eyes, hair  string
	street      string
	city        string
	postal      string
	class       string
	arrangement int
	columns     int // of the bar code
	level       int
	module, row float64 // of the bar code, millimetres
	restriction string
	weightLB    int
	audit       string
}

// licenceOf issues the person's licence. Names are in the letters of the standard of their country's cards: no diacritics.
func licenceOf(p Person) licence {
	s := newStream(p.Seed, "licence")
	l := licence{Person: p, state: "USA"}
	switch s.intn(4) {
	case 0:
		l.title, l.code, l.iin = "AMAUROT", "AQ", "639901"
	case 1:
		l.title, l.code, l.iin = "NEW ANYDRE", "NQ", "639902"
	case 2:
		l.title, l.code, l.iin = "ZENITH", "ZQ", "639903"
	default:
		l.title, l.code, l.iin, l.state = "VILA NOVA", "VQ", "639904", "CAN"
	}
	l.Surname, l.GivenNames = plain(p.Surname), plain(p.GivenNames)
	l.version = 1 + s.intn(10)
	if l.state == "CAN" {
		l.version = max(l.version, 2) // the standard of 2000 had one form of dates for all, and no country
	}
	letter := string(rune('A' + s.intn(26)))
	l.number = letter + figures(s, 7+s.intn(3))
	pick := func(of ...string) string { return of[s.intn(len(of))] }
	l.eyes, l.hair = pick("BRO", "BLU", "GRN", "HAZ", "GRY"), pick("BRO", "BLK", "BLN", "GRY", "RED")
	l.street = fmt.Sprintf("%d %s %s", 1+s.intn(9899), pick("MAIN", "OAK", "MAPLE", "HARBOR", "WILLOW", "MILL"), pick("ST", "AVE", "RD", "LN"))
	l.city = plain(birthPlaces()[s.intn(len(birthPlaces()))])
	l.postal = figures(s, 5)
	if l.state == "CAN" {
		l.postal = "X" + figures(s, 1) + "X " + figures(s, 1) + "X" + figures(s, 1)
	}
	l.class, l.restriction = pick("D", "C", "M", "CM"), pick("NONE", "B", "A")
	l.weightLB = 110 + s.intn(120)
	l.arrangement = s.intn(3)
	l.columns, l.level = 9+s.intn(5), 3+s.intn(3)
	l.module = math.Min(s.span(0.2, 0.27), 76/float64(17*l.columns+69))
	l.row = l.module * s.span(3, 4)
	l.audit = figures(s, 12)
	return l
}

// plain writes a name without diacritics, as Doc 9303 transliterates it.
func plain(s string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(mrz.Transliterate(strings.ToUpper(s)), "<", " ")), " ")
}

func figures(s *stream, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('0' + s.intn(10))
	}
	return string(b)
}

// LicenceDetails are the right ones for the person's driving licence.
func (p Person) LicenceDetails() Details {
	l := licenceOf(p)
	d := p.PassportDetails()
	d.Surname, d.GivenNames, d.DocumentNumber, d.Nationality = l.Surname, l.GivenNames, l.number, ""
	return d
}

// text is what the bar code says, in the dialect of its version.
func (l licence) text() []byte {
	date := func(d mrz.Date) string {
		if l.version == 1 || l.state == "CAN" {
			return fmt.Sprintf("%04d%02d%02d", d.Year, d.Month, d.Day)
		}
		return fmt.Sprintf("%02d%02d%04d", d.Month, d.Day, d.Year)
	}
	inches := int(math.Round(float64(l.HeightCM) / 2.54))
	height := fmt.Sprintf("%03d in", inches)
	if l.state == "CAN" {
		height = fmt.Sprintf("%03d cm", l.HeightCM)
	}
	sex := map[string]string{"M": "1", "F": "2"}[l.Sex]
	given := strings.Split(l.GivenNames, " ")
	e := []string{"DAQ" + l.number}
	switch {
	case l.version == 1:
		height, sex = fmt.Sprintf("%d%02d", inches/12, inches%12), l.Sex
		e = append(e, "DAA"+l.Surname+","+strings.Join(given, ","))
		if len(given) > 2 { // the standard has one place for what comes after the first name
			e[1] = "DAA" + l.Surname + "," + given[0] + "," + strings.Join(given[1:], " ")
		}
	case l.version < 4:
		e = append(e, "DCS"+l.Surname, "DCT"+strings.Join(given, ","))
	default:
		e = append(e, "DCS"+l.Surname, "DDEN", "DAC"+given[0], "DDFN", "DAD"+orNone(strings.Join(given[1:], ",")), "DDGN")
	}
	e = append(e, "DBD"+date(l.IssueDate), "DBB"+date(l.BirthDate), "DBA"+date(l.ExpiryDate), "DBC"+sex, "DAU"+height, "DAY"+l.eyes,
		"DAG"+l.street, "DAI"+l.city, "DAJ"+l.code, fmt.Sprintf("DAK%-11s", l.postal))
	if l.version > 1 {
		e = append(e, "DCA"+l.class, "DCB"+l.restriction, "DCDNONE", "DCF"+l.audit, "DCG"+l.state, "DAW"+fmt.Sprintf("%03d", l.weightLB), "DAZ"+l.hair)
	}
	if l.version >= 8 {
		e = append(e, "DDAF", "DDB01012016", "DCK"+l.audit+"01")
	}
	body := "DL" + strings.Join(e, "\n") + "\r"
	own := "ZQZQA" + l.audit[:4] + "\r"
	head := fmt.Sprintf("@\n\x1e\rANSI %s%02d", l.iin, l.version)
	if l.version == 1 {
		head += "02"
	} else {
		head += "0002"
	}
	at := len(head) + 20
	return []byte(head + fmt.Sprintf("DL%04d%04dZQ%04d%04d", at, len(body), at+len(body), len(own)) + body + own)
}

func orNone(s string) string {
	if s == "" {
		return "NONE"
	}
	return s
}

// newLicence begins a page of the licence.
func newLicence(l licence, side string, o PageOptions) *page {
	dpmm := o.PixelsPerMM
	if dpmm == 0 {
		dpmm = 16
	}
	g := newPage(l.Person, KindLicence, side, cardWidth, cardHeight, dpmm, newStream(l.Seed, "licence page"))
	g.capMM, g.labelMM = 1.9, 1.15
	f := g.truth.Fields
	f["document_number"], f["issuing_state"] = l.number, l.state
	for _, none := range []string{"nationality", "personal_number", "birth_place"} {
		delete(f, none)
	}
	return g
}

// code prints a field as the standard asks for: its small number and abbreviation, and the value beside them.
func (g *page) code(name, label, value string, x, y, capMM float64) {
	g.text(g.labelFace, label, x, y, g.labelMM, 0, g.label)
	box := g.text(g.dataFace, value, x+g.width(g.labelFace, label, g.labelMM)+0.9, y, capMM, 0, g.data)
	if name != "" {
		g.truth.Printed[name], g.truth.Boxes[name] = value, quadOf(box)
	}
}

// LicenceFront prints the front of the person's driving licence as North American cards are laid out (AAMVA DL/ID Card Design Standard, annex
// A), in one of several arrangements by seed.
func LicenceFront(p Person, o PageOptions) (*image.RGBA, Truth, error) {
	l := licenceOf(p)
	g := newLicence(l, SideFront, o)
	date := func(d mrz.Date) string {
		if l.state == "CAN" {
			return d.String()
		}
		return fmt.Sprintf("%02d/%02d/%04d", d.Month, d.Day, d.Year)
	}
	height := fmt.Sprintf("%d'-%02d\"", int(math.Round(float64(l.HeightCM)/2.54))/12, int(math.Round(float64(l.HeightCM)/2.54))%12)
	if l.state == "CAN" {
		height = fmt.Sprintf("%d cm", l.HeightCM)
	}
	g.text(faceBold, l.title, 4, 6.4, 2.8, 2, g.label)
	g.text(faceBold, "DRIVER LICENSE", 46, 5.4, 1.9, 0, g.label)
	g.text(faceMedium, l.state, 76, 5.2, 1.6, 0, g.label)
	x, portrait := 33.0, 4.0
	if l.arrangement == 1 {
		x, portrait = 5, 58
	}
	g.portrait(p, portrait, 10, portrait+24, 40)
	y := 12.5
	step := func() float64 { y += 4.2; return y - 4.2 }
	g.code("document_number", "4d DLN", l.number, x, step(), 2.2)
	if l.arrangement == 2 {
		g.code("birth_date", "3 DOB", date(l.BirthDate), x, step(), 2.2)
		g.code("expiry_date", "4b EXP", date(l.ExpiryDate), x, step(), 1.9)
	} else {
		row := step()
		g.code("expiry_date", "4b EXP", date(l.ExpiryDate), x, row, 1.9)
		g.code("issue_date", "4a ISS", date(l.IssueDate), x+27, row, 1.6)
	}
	g.code("surname", "1 LN", l.Surname, x, step(), 2.1)
	g.code("given_names", "2 FN", l.GivenNames, x, step(), 2.1)
	g.code("", "8", l.street, x, y, 1.6)
	g.text(g.dataFace, l.city+" "+l.code+" "+l.postal, x+2.5, y+3, 1.6, 0, g.data)
	y += 7.2
	if l.arrangement != 2 {
		g.code("birth_date", "3 DOB", date(l.BirthDate), x, step(), 2.2)
	} else {
		g.code("issue_date", "4a ISS", date(l.IssueDate), x, step(), 1.6)
	}
	row := step()
	g.code("sex", "15 SEX", l.Sex, x, row, 1.6)
	g.code("", "16 HGT", height, x+13, row, 1.6)
	g.code("", "18 EYES", l.eyes, x+32, row, 1.6)
	row = step()
	g.code("", "9 CLASS", l.class, x, row, 1.6)
	g.code("", "12 REST", l.restriction, x+16, row, 1.6)
	g.code("", "9a END", "NONE", x+35, row, 1.6)
	g.code("", "5 DD", l.audit, 5, 51.5, 1.2)
	g.signature(newStream(p.Seed, "signature"), portrait+1, 46, 20, color.RGBA{40, 44, 90, 255})
	if o.Overprint {
		g.text(faceRegular, "SPECIMEN", 62, 51.8, 1.5, 3, g.label)
	}
	return g.img, g.truth, nil
}

// LicenceBack prints the back of the person's driving licence, with the PDF417 of the AAMVA's standard, annex D.
func LicenceBack(p Person, o PageOptions) (*image.RGBA, Truth, error) {
	l := licenceOf(p)
	g := newLicence(l, SideBack, o)
	s := newStream(p.Seed, "licence back")
	x, y := s.span(4, 5), s.span(5, 8)
	if l.arrangement == 2 { // a magnetic stripe above
		g.box(0, 3, cardWidth, 13.5, color.RGBA{32, 30, 30, 255})
		y = s.span(17, 20)
	}
	if err := g.barcode(licenceOf(o.coded(p)).text(), x, y, l.module, l.row, l.columns, l.level); err != nil {
		return nil, Truth{}, fmt.Errorf("specimen: %w", err)
	}
	bottom := g.truth.Boxes["barcode"][2].Y/g.dpmm + 3.5
	for i, line := range []string{
		"CLASS: " + l.class + " - NON-COMMERCIAL VEHICLES", "RESTRICTIONS: " + l.restriction, "ENDORSEMENTS: NONE",
		"IF FOUND, DROP IN ANY MAILBOX OF " + l.title, "ORGAN DONOR",
	} {
		if at := bottom + 3*float64(i); at < cardHeight-2.5 {
			g.text(faceRegular, line, 5, at, 1.3, 0, g.data)
		}
	}
	if o.Overprint {
		g.text(faceRegular, "SPECIMEN", 62, cardHeight-1.6, 1.3, 3, g.label)
	}
	return g.img, g.truth, nil
}
