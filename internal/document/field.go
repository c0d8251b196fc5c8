package document

import (
	"math"
	"slices"
	"sort"
	"strings"
	"time"
	"unicode"

	"bonafide/internal/imaging"
	"bonafide/internal/ocr"
	"bonafide/mrz"
)

// printed is what the visual zone of a page says.
type printed struct {
	fields map[string]Field
	labels int // different fields whose label was recognised
	title  title
	names  bool // labels of a person's names stand there: a front side
}

// readPrint maps lines to fields. Dates of two-digit years need today (see FindDate). order is the order of day and month in figures
// where the print itself does not settle it.
func readPrint(lines []ocr.Line, angle float64, issuer string, today time.Time) printed {
	texts := make([]string, len(lines))
	for i := range lines {
		texts[i] = lines[i].Text
	}
	out := printed{title: readTitle(texts), fields: map[string]Field{}}
	if issuer == "" {
		issuer = out.title.issuer
	}
	lines = restrict(lines, issuer)
	ps := pieces(lines, angle, nil)
	if issuer == "USA" {
		out.title.order = MonthFirst
	}
	codes := ps
	if out.title.kind == KindDrivingLicence {
		codes = pieces(mendCodes(lines), angle, nil)
	}
	aamva := american(codes) && (issuer == "USA" || issuer == "CAN" || issuer == "") || issuer == "USA" && out.title.kind == KindDrivingLicence
	if aamva || out.title.kind == KindDrivingLicence {
		if aamva {
			if issuer == "" {
				out.title.issuer, out.title.order = "USA", MonthFirst
				if headed(ps, "CAN") { // the standard puts the country's code into the heading
					out.title.issuer, out.title.order = "CAN", DayFirst
				}
				lines = restrict(lines, out.title.issuer)
			}
			lines = splitCodes(mendCodes(lines))
			ps = pieces(lines, angle, numberedAAMVA)
		} else {
			ps = pieces(lines, angle, numberedEU)
		}
	}
	seen := map[string]bool{}
	for _, p := range ps {
		if p.field != "" && p.field != fieldOther {
			seen[p.field] = true
		}
	}
	out.labels = len(seen)
	out.names = seen[FieldSurname] || seen[FieldGivenNames]
	a := assigner{pieces: ps, order: out.title.order, today: today, licence: aamva || out.title.kind == KindDrivingLicence}
	for _, m := range a.assign() {
		label := ps[m.label]
		if label.field == fieldOther {
			continue
		}
		if old, ok := out.fields[label.field]; ok && old.Confidence >= m.field.Confidence {
			continue
		}
		out.fields[label.field] = m.field
	}
	if aamva {
		namesAboveAddress(&a, out.fields)
	}
	splitFullName(out.fields)
	return out
}

// headed says whether a text of its own stands above everything that has a label.
func headed(ps []piece, text string) bool {
	top := math.Inf(1)
	for i := range ps {
		if ps[i].field != "" {
			top = math.Min(top, ps[i].centreY())
		}
	}
	return slices.ContainsFunc(ps, func(p piece) bool { return p.text == text && p.centreY() < top })
}

// splitFullName uses a bare "Name": with given names printed elsewhere it is the surname; "DOE, JOHN" is both.
func splitFullName(fields map[string]Field) {
	full, ok := fields[FieldFullName]
	surname, hasSurname := fields[FieldSurname]
	given, hasGiven := fields[FieldGivenNames]
	if hasSurname {
		full = surname // a surname has no comma: what follows one are given names
	} else if !ok {
		return
	}
	first, rest, cut := strings.Cut(full.Value, ",")
	switch {
	case cut && strings.TrimSpace(rest) != "" && (!hasGiven || given.Confidence < full.Confidence):
		s, g := full, full
		s.Value, g.Value = strings.TrimSpace(first), strings.TrimSpace(rest)
		s.chars, g.chars = nil, nil
		fields[FieldSurname], fields[FieldGivenNames] = s, g
		delete(fields, FieldFullName)
	case !hasSurname && hasGiven:
		fields[FieldSurname] = full
		delete(fields, FieldFullName)
	}
}

// match ties a label to the value found for it.
type match struct {
	label int
	field Field
	cost  float64
	texts []int
}

// assigner pairs labels with texts: right of the label, or below it, the cheapest pair first, every text once.
type assigner struct {
	pieces []piece
	order  Order
	today  time.Time
	// licence says that the document is a driving licence, whose numbers may be long: 16 characters in Britain, 25 by AAMVA.
	licence bool
}

// longestNumber is what other documents' numbers reach: TD1 gives them 9 and lets them run on into its optional field. Longer ones are two
// values that the detector took for one line.
const longestNumber = 14

func (a *assigner) assign() []match {
	var all []match
	for i := range a.pieces {
		l := &a.pieces[i]
		if l.field == "" {
			continue
		}
		for j := range a.pieces {
			t := &a.pieces[j]
			if t.field != "" || t.glued && t.after >= 0 {
				continue
			}
			cost := a.cost(i, j)
			if math.IsInf(cost, 1) {
				continue
			}
			f, ok := a.value(l.field, t)
			if !ok {
				continue
			}
			all = append(all, match{label: i, field: f, cost: cost, texts: []int{j}})
		}
	}
	sort.SliceStable(all, func(x, y int) bool { return all[x].cost < all[y].cost })
	usedLabel, usedText := map[int]bool{}, map[int]bool{}
	var out []match
	for _, m := range all {
		if usedLabel[m.label] || usedText[m.texts[0]] {
			continue
		}
		usedLabel[m.label], usedText[m.texts[0]] = true, true
		out = append(out, m)
	}
	for i := range out {
		a.extend(&out[i], usedText)
	}
	sort.SliceStable(out, func(x, y int) bool { return out[x].label < out[y].label })
	return out
}

// cost says how far a text stands from where a label's value is expected, in heights of the label; infinite where it cannot be.
func (a *assigner) cost(label, text int) float64 {
	l, t := &a.pieces[label], &a.pieces[text]
	inf := math.Inf(1)
	if t.line == l.line {
		if t.after != label {
			return inf
		}
		return math.Max(0, t.x0-l.x1) / (20 * l.height()) // the same line, nothing between
	}
	h := math.Max(l.height(), t.height())
	if t.height() > 3*l.height() || l.height() > 2.5*t.height() {
		return inf
	}
	if dy := math.Abs(t.centreY() - l.centreY()); dy < 0.45*h && t.x0 > l.x1-0.6*h {
		gap := (t.x0 - l.x1) / h
		if gap > 9 || a.blocked(label, text) {
			return inf
		}
		return 0.2 + math.Max(0, gap)*0.12 + dy/h*0.4
	}
	gap := (t.centreY() - l.centreY()) / ((l.height() + t.height()) / 2)
	if gap < 0.45 || gap > 2.6 {
		return inf
	}
	left := math.Abs(t.x0-l.x0) / h
	overlap := math.Min(t.x1, l.x1) - math.Max(t.x0, l.x0)
	if overlap < -0.5*h && left > 1.5 {
		return inf
	}
	if overlap < 0.2*math.Min(t.x1-t.x0, l.x1-l.x0) && left > 3 {
		return inf
	}
	return 0.25 + math.Max(0, gap-0.8)*0.35 + math.Min(left, 8)*0.08
}

// blocked says whether another label or text stands between two pieces of one row.
func (a *assigner) blocked(label, text int) bool {
	l, t := &a.pieces[label], &a.pieces[text]
	for i := range a.pieces {
		p := &a.pieces[i]
		if i == label || i == text || p.x0 < l.x1-0.3*l.height() || p.x1 > t.x0+0.3*t.height() {
			continue
		}
		if math.Abs(p.centreY()-l.centreY()) < 0.5*l.height() && p.conf >= 0.5 { // less is a speck, or the edge of a neighbour
			return true
		}
	}
	return false
}

// extend adds the second line of a name printed over two.
func (a *assigner) extend(m *match, used map[int]bool) {
	l := &a.pieces[m.label]
	if l.field != FieldSurname && l.field != FieldGivenNames {
		return
	}
	last := &a.pieces[m.texts[0]]
	for j := range a.pieces {
		t := &a.pieces[j]
		if t.field != "" || used[j] || t.line == last.line || t.glued {
			continue
		}
		h := last.height()
		step := t.centreY() - last.centreY()
		if step < 0.6*h || step > 1.25*h || math.Abs(t.x0-last.x0) > 0.6*h || math.Abs(t.height()-h) > 0.25*h {
			continue
		}
		f, ok := a.value(l.field, t)
		if !ok {
			continue
		}
		used[j] = true
		m.field.Value += " " + f.Value
		m.field.chars = append(append(slices.Clone(m.field.chars), ocr.Char{R: ' ', Conf: 1}), f.chars...)
		m.field.Confidence = math.Min(m.field.Confidence, f.Confidence)
		m.field.Box[2], m.field.Box[3] = f.Box[2], f.Box[3]
		return
	}
}

// value turns a text into the value of a field, or says that it cannot be one.
func (a *assigner) value(field string, t *piece) (Field, bool) {
	f := Field{Raw: t.text, Confidence: t.conf, Box: boxOf(t.box), Source: SourcePrint, chars: t.chars}
	switch field {
	case FieldBirthDate, FieldExpiryDate, FieldIssueDate:
		century := Past
		if field == FieldExpiryDate {
			century = Future
		}
		text := t.text
		d, ok := FindDate(text, a.order, century, a.today)
		if !ok {
			text = digitsForLetters(text)
			d, ok = FindDate(text, a.order, century, a.today)
		}
		if ok && field == FieldExpiryDate { // "17.10.03-09.05.2013": validity is printed from and to
			if to, more := FindDate(text[d.End:], a.order, century, a.today); more {
				d.Date, d.Ambiguous, d.End = to.Date, to.Ambiguous, d.End+to.End
			}
		}
		if !ok || d.End-d.Start < len(strings.TrimSpace(t.text))/3 {
			return f, false
		}
		f.Value, f.Ambiguous = d.Date.String(), d.Ambiguous
	case FieldSex:
		s, ok := matchSex(t.text)
		if !ok {
			return f, false
		}
		f.Value = s
	case FieldDocumentNumber, FieldPersonalNumber:
		s := numberOf(figures(t))
		if s == "" || !a.licence && len(s) > longestNumber {
			return f, false
		}
		f.Value = s
	case FieldNationality:
		s, _, _ := strings.Cut(strings.ToUpper(t.text), "/") // the first of two languages
		s = strings.Trim(s, " ,.;:-")
		if !nameLike(s) || len([]rune(s)) < 3 && s != "D" {
			return f, false
		}
		f.Value = s
		if code := fold(s); len(code) == 3 && mrz.IsState(code) {
			f.Value = code
		}
	case FieldSurname, FieldGivenNames, FieldFullName:
		s := strings.Trim(t.text, " ,.;:-/")
		s = strings.NewReplacer(" - ", "-", " -", "-", "- ", "-").Replace(s) // a hyphen in a name joins; the blanks are wide letter spacing
		if !nameLike(s) {
			return f, false
		}
		f.Value = s
	case FieldBirthPlace:
		s := strings.Trim(t.text, " ,.;:-/")
		if len([]rune(s)) < 2 || !strings.ContainsFunc(s, unicode.IsLetter) {
			return f, false
		}
		f.Value = s
	default:
		f.Value = t.text
	}
	return f, true
}

// figures is a text with O exchanged for 0 and I for 1 where the recogniser saw the figure as a fair chance and a figure stands beside:
// numbers hold many more figures than letters, and several states leave O and I out of theirs altogether.
func figures(t *piece) string {
	out := []rune{}
	chars := t.chars
	for changed := true; changed; {
		changed = false
		for i := range chars {
			to := map[rune]rune{'O': '0', 'I': '1', 'l': '1'}[chars[i].R]
			if to == 0 || !(i > 0 && unicode.IsDigit(chars[i-1].R) || i+1 < len(chars) && i > 1 && unicode.IsDigit(chars[i+1].R)) {
				continue
			}
			for _, o := range chars[i].Others {
				if o.R == to && o.Conf >= 0.1*chars[i].Conf {
					if !changed {
						chars = append([]ocr.Char(nil), chars...)
					}
					chars[i].R, changed = to, true
					break
				}
			}
		}
	}
	for _, c := range chars {
		out = append(out, c.R)
	}
	return string(out)
}

// numberOf takes a document's number out of a text: capitals and figures, at least five, at least two of them figures, or one in a word of
// eight and more; blanks between its groups are layout and go.
func numberOf(text string) string {
	var b strings.Builder
	letters, digits, small, blanks := 0, 0, 0, 0
	for _, r := range strings.Trim(text, " .,:;-/#*<") {
		switch {
		case r >= '0' && r <= '9':
			digits++
			b.WriteRune(r)
		case r >= 'A' && r <= 'Z':
			letters++
			b.WriteRune(r)
		case r == 'l':
			letters++
			b.WriteByte('I') // numbers are printed in capitals: the stroke is an I
		case r == 'o' || r == 's' || r == 'c' || r == 'x' || r == 'z' || r == 'v' || r == 'w' || r == 'u':
			letters++
			b.WriteRune(unicode.ToUpper(r)) // the same shape in both cases
			small++
		case r >= 'a' && r <= 'z':
			return ""
		case r == '-' || r == '/' || r == '.':
			b.WriteRune(r)
		case r == ' ':
			blanks++
		default:
			return ""
		}
	}
	if digits < 2 && (digits < 1 || blanks > 0 || letters < 7) {
		return ""
	}
	if small > digits || letters+digits < 5 || letters+digits > 24 {
		return ""
	}
	return b.String()
}

// nameLike says whether a text can be a name: letters with the few signs names have, no figures.
func nameLike(s string) bool {
	letters, others := 0, 0
	for _, r := range s {
		switch {
		case unicode.IsLetter(r):
			letters++
		case strings.ContainsRune(" -'.,()", r):
		default:
			others++
		}
	}
	return letters >= 1 && others == 0 && letters <= 80
}

// digitsForLetters undoes the reader's commonest exchanges inside a date: letters among figures become the figures they look like, and
// a figure among letters the letter.
func digitsForLetters(s string) string {
	toDigit := strings.NewReplacer("O", "0", "o", "0", "Q", "0", "D", "0", "I", "1", "l", "1", "|", "1", "Z", "2", "S", "5", "B", "8", "G", "6")
	toLetter := strings.NewReplacer("0", "O", "1", "I", "5", "S", "8", "B", "2", "Z")
	parts := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" ./-,", r) })
	out, rest := "", s
	for _, p := range parts {
		i := strings.Index(rest, p)
		out, rest = out+rest[:i], rest[i+len(p):]
		switch {
		case monthOf(p) > 0:
			out += p
		case monthOf(toLetter.Replace(p)) > 0:
			out += toLetter.Replace(p)
		default:
			out += toDigit.Replace(p)
		}
	}
	return out + rest
}

func boxOf(q imaging.Quad) Box {
	var b Box
	for i, p := range q {
		b[i] = [2]float64{round1(p.X), round1(p.Y)}
	}
	return b
}

func round1(v float64) float64 { return math.Round(v*10) / 10 }
