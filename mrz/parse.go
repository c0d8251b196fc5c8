package mrz

import (
	"strings"
	"time"
)

// parser holds one zone while it is taken apart.
type parser struct {
	layout Layout
	lines  []string
	at     time.Time
	r      Result
}

func (p *parser) parse() Result {
	p.r = Result{Format: p.layout.Format, Lines: p.lines, Errors: []FieldError{}, Warnings: []FieldError{}}
	p.characters()
	p.r.CheckDigits = p.layout.Verify(p.lines)
	for _, c := range p.r.CheckDigits {
		if !c.OK {
			p.r.Errors = append(p.r.Errors, FieldError{CodeCheckDigit, c.Name, c.Digit.Line, c.Digit.Column})
		}
	}
	for _, f := range p.layout.Fields {
		p.field(f, f.Span.of(p.lines))
	}
	p.r.Valid = len(p.r.Errors) == 0
	return p.r
}

// characters reports characters outside the alphabet as errors, and those of the wrong kind for their place as warnings: Russia
// prints digits in names, and what is printed is what is printed.
func (p *parser) characters() {
	for i, line := range p.lines {
		for j := range len(line) {
			f, _ := p.layout.At(i, j)
			switch {
			case !Any.Has(line[j]):
				p.r.Errors = append(p.r.Errors, FieldError{CodeCharacter, f.Name, i, j})
			case !f.Class.Has(line[j]):
				p.warn(CodeCharacter, f, j)
			}
		}
	}
}

func (p *parser) warn(code string, f Field, column int) {
	p.r.Warnings = append(p.r.Warnings, FieldError{code, f.Name, f.Span.Line, column})
}

func (p *parser) field(f Field, s string) {
	fields := &p.r.Fields
	text := strings.TrimRight(s, "<")
	switch f.Name {
	case FieldDocumentCode:
		fields.DocumentCode = text
		if !strings.Contains(firstLetters(p.layout.Format), s[:1]) {
			p.warn(CodeDocumentCode, f, f.Span.Start)
		}
	case FieldIssuingState:
		fields.IssuingState = p.state(f, text)
	case FieldNationality:
		fields.Nationality = p.state(f, text)
	case FieldDocumentNumber:
		fields.DocumentNumber = blanks(text)
		if rest, _, ok := p.layout.overflow(p.lines); ok {
			fields.DocumentNumber = s + rest.of(p.lines)
		}
	case FieldBirthDate:
		fields.BirthDate = p.date(f, s, birthYear(p.at))
	case FieldExpiryDate:
		fields.ExpiryDate = p.date(f, s, expiryYear(p.at))
	case FieldSex:
		fields.Sex = p.sex(f, s)
	case FieldName:
		p.name(f, s)
	case FieldSurname:
		fields.Surname = p.identifier(f, s)
		if fields.Surname == "" {
			p.warn(CodeNameMissing, f, f.Span.Start)
		}
	case FieldGivenNames:
		fields.GivenNames = p.identifier(f, s)
	case FieldPersonalNumber:
		fields.PersonalNumber = blanks(text)
	case FieldOptional1:
		if _, at, ok := p.layout.overflow(p.lines); ok {
			text = strings.Trim(text[at.Column+1-f.Span.Start:], "<")
		}
		fields.Optional1 = blanks(text)
	case FieldOptional2:
		fields.Optional2 = blanks(text)
	}
}

// blanks turns fillers inside a text into blanks, one each: optional data may be laid out by column.
func blanks(s string) string { return strings.ReplaceAll(s, "<", " ") }

// firstLetters are the first letters that a document code may have (parts 4 to 7, data element 1). Passports of TD2 size exist.
func firstLetters(f Format) string {
	switch f {
	case TD1:
		return "ACI"
	case TD2:
		return "ACIP"
	case TD3:
		return "P"
	case MRVA, MRVB:
		return "V"
	case IDL:
		return "D"
	case FRAID:
		return "I"
	}
	return ""
}

func (p *parser) state(f Field, s string) string {
	if !IsState(s) {
		p.warn(CodeState, f, f.Span.Start)
	}
	return s
}

func (p *parser) date(f Field, s string, pick func(Date, int) int) Date {
	d, ok := shortDate(s, pick)
	if !ok {
		p.warn(CodeDate, f, f.Span.Start)
	}
	return d
}

// sex gives X for the filler. X itself is what the visual zone prints; in the zone it is a deviation that some states make.
func (p *parser) sex(f Field, s string) string {
	switch s {
	case "M", "F":
		return s
	case "<":
		return "X"
	case "X":
		p.warn(CodeSex, f, f.Span.Start)
		return "X"
	}
	p.warn(CodeSex, f, f.Span.Start)
	return ""
}

// name takes primary and secondary identifier apart at the first double filler (part 3, section 4.6).
func (p *parser) name(f Field, s string) {
	primary, secondary, _ := strings.Cut(s, "<<")
	p.r.Fields.Surname, p.r.Fields.GivenNames = words(primary), words(secondary)
	if p.r.Fields.Surname == "" {
		p.warn(CodeNameMissing, f, f.Span.Start)
	}
	p.truncated(f, s)
}

func (p *parser) identifier(f Field, s string) string {
	p.truncated(f, s)
	return words(s)
}

// truncated warns of a name whose last place is no filler: Doc 9303 has no other mark of a cut.
func (p *parser) truncated(f Field, s string) {
	if s[len(s)-1] != Filler {
		p.warn(CodeNameTruncated, f, f.Span.End-1)
	}
}

// words separates the parts of an identifier by single blanks.
func words(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == Filler }), " ")
}

// NameTruncated says that a name of the zone may have been cut at the end of its field, so that only its beginning can be compared.
func (r Result) NameTruncated() bool {
	for _, w := range r.Warnings {
		if w.Code == CodeNameTruncated {
			return true
		}
	}
	return false
}
