package specimen

import (
	"fmt"
	"image"
	"image/color"
	"strings"

	"bonafide/internal/imaging"
	"bonafide/mrz"
)

// PageOptions change how a page is printed.
type PageOptions struct {
	Overprint bool // SPECIMEN in small letters along the edge, clear of all fields
	// PixelsPerMM is the resolution; 0 means 12 for a passport (1500 × 1056 pixels), 16 for a card (1370 × 864).
	PixelsPerMM float64
	// Coded is whose data the zone or the bar code carries; nil: the person's own. A forger alters one of the two.
	Coded *Person
}

// coded is the person whose data a page carries in code.
func (o PageOptions) coded(p Person) Person {
	if o.Coded != nil {
		return *o.Coded
	}
	return p
}

// Sizes of the pages in millimetres (ISO/IEC 7810: ID-3, ID-1).
const (
	passportWidth, passportHeight = 125.0, 88.0
	cardWidth, cardHeight         = 85.6, 54.0
)

// page is a page being printed, and the truth that grows with it.
type page struct {
	*painter
	truth       Truth
	label, data color.RGBA
	labelFace   typeface
	dataFace    typeface
	dates       int // how dates are written
	capMM       float64
	labelMM     float64
}

func newPage(p Person, kind, side string, w, h, dpmm float64, s *stream) *page {
	g := &page{painter: newPainter(w, h, dpmm)}
	pal := palettes()[s.intn(len(palettes()))]
	g.guilloche(pal, s)
	acc := pal.accent
	g.label = color.RGBA{uint8(acc[0]), uint8(acc[1]), uint8(acc[2]), 255}
	g.data = color.RGBA{24, 22, 26, 255}
	g.labelFace = faceRegular
	g.dataFace = []typeface{faceMedium, faceBold, faceMono, faceRegular}[s.intn(4)]
	g.dates = s.intn(3)
	number := p.PassportNumber
	if kind == KindCard {
		number = p.CardNumber
	}
	g.truth = Truth{
		Kind: kind, Side: side, Page: quadOf(g.img.Rect), Printed: map[string]string{}, Boxes: map[string]imaging.Quad{},
		Fields: map[string]string{
			"document_number": number, "surname": p.Surname, "given_names": p.GivenNames, "birth_date": p.BirthDate.String(),
			"expiry_date": p.ExpiryDate.String(), "issue_date": p.IssueDate.String(), "sex": p.Sex, "issuing_state": "UTO",
			"nationality": p.Nationality, "personal_number": p.PersonalNumber, "birth_place": p.BirthPlace,
		},
	}
	return g
}

// field prints a label and, under it, a value.
func (g *page) field(name, label, value string, x, y float64) {
	g.text(g.labelFace, label, x, y, g.labelMM, 0, g.label)
	c := g.capMM
	for g.width(g.dataFace, value, c)+x > float64(g.img.Rect.Dx())/g.dpmm-3 && c > 1.2 {
		c -= 0.1
	}
	box := g.text(g.dataFace, value, x, y+1.25+g.capMM*1.25, c, 0, g.data)
	if name != "" {
		g.truth.Printed[name] = value
		g.truth.Boxes[name] = quadOf(box)
	}
}

// date writes a date as this page's issuer does.
func (g *page) date(d mrz.Date) string {
	months := [...]string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}
	french := [...]string{"JAN", "FÉV", "MARS", "AVR", "MAI", "JUIN", "JUIL", "AOÛT", "SEPT", "OCT", "NOV", "DÉC"}
	switch g.dates {
	case 0:
		return fmt.Sprintf("%02d.%02d.%04d", d.Day, d.Month, d.Year)
	case 1:
		return fmt.Sprintf("%02d %s %04d", d.Day, months[d.Month-1], d.Year)
	default:
		m := months[d.Month-1]
		if f := french[d.Month-1]; f != m {
			m += "/" + f
		}
		return fmt.Sprintf("%02d %s %04d", d.Day, m, d.Year)
	}
}

// portrait prints the person's picture into a box of millimetres: taken in a booth, grey background, and dulled a little by the print.
func (g *page) portrait(p Person, x0, y0, x1, y1 float64) {
	r := g.rect(x0, y0, x1, y1)
	img := passportPortrait(p, r.Dx(), r.Dy())
	for y := range r.Dy() {
		src := img.Pix[y*img.Stride:]
		dst := g.img.Pix[g.img.PixOffset(r.Min.X, r.Min.Y+y):]
		for x := range r.Dx() {
			for c := range 3 {
				dst[4*x+c] = uint8(18 + 0.88*float64(src[4*x+c]) + 0.03*float64(dst[4*x+c]))
			}
		}
	}
	g.truth.Portrait = quadOf(r)
}

// zone prints the machine readable zone. The first baseline is at y, lines are 6.35 mm apart (six to the inch).
func (g *page) zone(format mrz.Format, f mrz.Fields, x, y, pitch float64) error {
	lines, err := mrz.Encode(format, f)
	if err != nil {
		return fmt.Errorf("specimen: %w", err)
	}
	for i, l := range lines {
		box := g.mrz(l, x, y+float64(i)*pitch, color.RGBA{20, 20, 22, 255})
		g.truth.Boxes[fmt.Sprintf("mrz_%d", i+1)] = quadOf(box)
	}
	g.truth.Format, g.truth.Lines = string(format), lines
	return nil
}

func (p Person) mrzFields(code, number string) mrz.Fields {
	return mrz.Fields{
		DocumentCode: code, IssuingState: "UTO", DocumentNumber: number, Nationality: p.Nationality, BirthDate: p.BirthDate, Sex: p.Sex,
		ExpiryDate: p.ExpiryDate, Surname: strings.ToUpper(p.Surname), GivenNames: strings.ToUpper(p.GivenNames),
	}
}

// Passport prints the data page of the person's passport (TD3, Doc 9303 part 4).
func Passport(p Person, o PageOptions) (*image.RGBA, Truth, error) {
	s := newStream(p.Seed, "passport")
	dpmm := o.PixelsPerMM
	if dpmm == 0 {
		dpmm = 12
	}
	g := newPage(p, KindPassport, SideFront, passportWidth, passportHeight, dpmm, s)
	g.capMM, g.labelMM = 2.0, 1.25
	g.text(faceBold, "REPUBLIC OF UTOPIA", 6, 6.2, 2.2, 2, g.label)
	g.text(faceRegular, "RÉPUBLIQUE D'UTOPIE", 62, 6.2, 2.0, 1, g.label)
	g.portrait(p, 6, 14, 40, 57.5)
	g.text(faceBold, "PASSPORT", 6, 11.6, 1.9, 1, g.data)
	g.text(faceRegular, "PASSEPORT", 23, 11.6, 1.9, 1, g.data)

	g.field("", "Type / Type", "P", 44, 11.5)
	g.field("issuing_state", "Code of State / Code de l'État", "UTO", 58, 11.5)
	g.field("document_number", "Passport No. / Passeport n°", p.PassportNumber, 92, 11.5)
	g.field("surname", "Surname / Nom", p.Surname, 44, 18.6)
	g.field("given_names", "Given names / Prénoms", p.GivenNames, 44, 25.7)
	g.field("nationality", "Nationality / Nationalité", "UTOPIAN / UTOPIENNE", 44, 32.8)
	g.field("birth_date", "Date of birth / Date de naissance", g.date(p.BirthDate), 44, 39.9)
	g.field("personal_number", "Personal No. / N° personnel", p.PersonalNumber, 92, 39.9)
	g.field("sex", "Sex / Sexe", p.Sex, 44, 47)
	g.field("birth_place", "Place of birth / Lieu de naissance", p.BirthPlace, 58, 47)
	g.field("issue_date", "Date of issue / Date de délivrance", g.date(p.IssueDate), 44, 54.1)
	g.field("", "Authority / Autorité", "MINISTRY OF NOWHERE", 86, 54.1)
	g.field("expiry_date", "Date of expiry / Date d'expiration", g.date(p.ExpiryDate), 44, 61.2)
	g.signature(s, 88, 64.2, 24, color.RGBA{40, 44, 90, 255})
	if o.Overprint {
		g.text(faceRegular, "SPECIMEN", 6, 63, 1.6, 3, g.label)
	}
	g.box(0, passportHeight-21.5, passportWidth, passportHeight, color.NRGBA{232, 232, 230, 170})
	c := o.coded(p)
	f := c.mrzFields("P", c.PassportNumber)
	f.PersonalNumber = c.PersonalNumber
	if err := g.zone(mrz.TD3, f, 6.4, passportHeight-13.2, 6.35); err != nil {
		return nil, Truth{}, err
	}
	return g.img, g.truth, nil
}

// CardFront prints the front of the person's identity card (TD1 size, no machine readable zone).
func CardFront(p Person, o PageOptions) (*image.RGBA, Truth, error) {
	g := newCard(p, SideFront, o)
	g.text(faceBold, "UTOPIA", 4, 6, 2.5, 3, g.label)
	g.text(faceRegular, "UTOPIE", 24, 6, 2.1, 2, g.label)
	g.text(faceMedium, "IDENTITY CARD / CARTE D'IDENTITÉ", 42, 5.8, 1.6, 0, g.label)
	g.portrait(p, 4, 10, 29, 42)
	const x = 33.0
	g.field("surname", "Surname / Nom", p.Surname, x, 11)
	g.field("given_names", "Given names / Prénoms", p.GivenNames, x, 18)
	g.field("sex", "Sex / Sexe", p.Sex, x, 25)
	g.field("nationality", "Nationality / Nationalité", "UTO", x+9, 25)
	g.field("birth_date", "Date of birth / Naissance", g.date(p.BirthDate), x+30, 25)
	g.field("birth_place", "Place of birth / Lieu de naissance", p.BirthPlace, x, 32)
	g.field("document_number", "Card No. / Carte n°", p.CardNumber, x, 39)
	g.field("expiry_date", "Date of expiry / Expiration", g.date(p.ExpiryDate), x+25, 39)
	g.signature(newStream(p.Seed, "signature"), 6, 49, 20, color.RGBA{40, 44, 90, 255})
	if o.Overprint {
		g.text(faceRegular, "SPECIMEN", x, 50.5, 1.5, 3, g.label)
	}
	return g.img, g.truth, nil
}

// CardBack prints the back of the person's identity card, with the zone of Doc 9303 part 5.
func CardBack(p Person, o PageOptions) (*image.RGBA, Truth, error) {
	g := newCard(p, SideBack, o)
	g.capMM = 1.7
	g.field("issue_date", "Date of issue / Date de délivrance", g.date(p.IssueDate), 5, 6)
	g.field("", "Authority / Autorité", "MINISTRY OF NOWHERE", 42, 6)
	g.field("personal_number", "Personal No. / N° personnel", p.PersonalNumber, 5, 13)
	g.field("", "Height / Taille", fmt.Sprintf("%d cm", p.HeightCM), 42, 13)
	if o.Overprint {
		g.text(faceRegular, "SPECIMEN", 5, 27, 1.5, 3, g.label)
	}
	g.box(0, cardHeight-22.5, cardWidth, cardHeight, color.NRGBA{234, 234, 232, 180})
	c := o.coded(p)
	f := c.mrzFields("ID", c.CardNumber)
	f.Optional1 = c.PersonalNumber
	if err := g.zone(mrz.TD1, f, 4.9, cardHeight-16.2, 6.0); err != nil {
		return nil, Truth{}, err
	}
	return g.img, g.truth, nil
}

func newCard(p Person, side string, o PageOptions) *page {
	dpmm := o.PixelsPerMM
	if dpmm == 0 {
		dpmm = 16
	}
	g := newPage(p, KindCard, side, cardWidth, cardHeight, dpmm, newStream(p.Seed, "card"))
	g.capMM, g.labelMM = 1.8, 1.1
	return g
}
