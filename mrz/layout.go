package mrz

// Class is the set of kinds of character that a place in the zone may hold.
type Class uint8

// The kinds of character; a place holds a union of them.
const (
	Letter Class = 1 << iota // A-Z
	Digit                    // 0-9
	Fill                     // <

	Any = Letter | Digit | Fill
)

// Has says whether the class allows the byte.
func (c Class) Has(b byte) bool {
	switch {
	case 'A' <= b && b <= 'Z':
		return c&Letter != 0
	case '0' <= b && b <= '9':
		return c&Digit != 0
	case b == Filler:
		return c&Fill != 0
	}
	return false
}

// Pos is a place: line and column, both from 0.
type Pos struct{ Line, Column int }

// Span is a run of characters in one line, columns from 0, End excluded.
type Span struct{ Line, Start, End int }

func (s Span) of(lines []string) string { return lines[s.Line][s.Start:s.End] }

// Field is one field of a layout.
type Field struct {
	Name  string // JSON name as in Fields; "name" where primary and secondary identifier share a field; "check_digit"; "filler"
	Span  Span
	Class Class
}

// Check is one check digit and what it covers, in the order in which the characters enter the sum.
type Check struct {
	Name  string // document_number, birth_date, expiry_date, personal_number, composite
	Spans []Span
	Digit Pos
}

// Layout tells where everything is in a format. It is a value to read, shared by all callers: do not change its slices.
type Layout struct {
	Format Format
	Lines  int
	Width  int // characters a line
	Fields []Field
	Checks []Check
	// Overflow is where a document number of more than nine characters goes on when a filler stands in the place of its check digit
	// (part 5, section 4.2.2 note j; part 6, the same note); its own check digit then follows it. Zero where the format has none.
	Overflow Span
}

// Names of fields and check digits, as in the JSON.
const (
	FieldDocumentCode   = "document_code"
	FieldIssuingState   = "issuing_state"
	FieldDocumentNumber = "document_number"
	FieldNationality    = "nationality"
	FieldBirthDate      = "birth_date"
	FieldSex            = "sex"
	FieldExpiryDate     = "expiry_date"
	FieldSurname        = "surname"
	FieldGivenNames     = "given_names"
	FieldName           = "name"
	FieldPersonalNumber = "personal_number"
	FieldOptional1      = "optional1"
	FieldOptional2      = "optional2"
	FieldCheckDigit     = "check_digit"
	FieldComposite      = "composite"
)

// LayoutOf returns the layout of a format; the zero Layout for a name that is none.
func LayoutOf(f Format) Layout {
	for i := range layouts {
		if layouts[i].Format == f {
			return layouts[i]
		}
	}
	return Layout{}
}

// Formats lists all formats.
func Formats() []Format {
	out := make([]Format, len(layouts))
	for i := range layouts {
		out[i] = layouts[i].Format
	}
	return out
}

// At returns the field that covers a place, false outside the layout.
func (l Layout) At(line, column int) (Field, bool) {
	for _, f := range l.Fields {
		if f.Span.Line == line && f.Span.Start <= column && column < f.Span.End {
			return f, true
		}
	}
	return Field{}, false
}

// Class returns what a place may hold; 0 outside the layout.
func (l Layout) Class(line, column int) Class {
	f, _ := l.At(line, column)
	return f.Class
}

// Field returns the field of that name, false where the layout has none.
func (l Layout) Field(name string) (Field, bool) {
	for _, f := range l.Fields {
		if f.Name == name {
			return f, true
		}
	}
	return Field{}, false
}

const (
	alpha  = Letter | Fill
	number = Digit | Fill
)

func field(name string, line, start, end int, c Class) Field {
	return Field{Name: name, Span: Span{line, start, end}, Class: c}
}

func check(name string, line, column int, spans ...Span) Check {
	return Check{Name: name, Spans: spans, Digit: Pos{line, column}}
}

// upperLine is line 1 of every format of two lines but the French one.
func upperLine(width int) []Field {
	return []Field{
		field(FieldDocumentCode, 0, 0, 2, Any),
		field(FieldIssuingState, 0, 2, 5, alpha),
		field(FieldName, 0, 5, width, alpha),
	}
}

// lowerLine is line 2 of the same, up to the optional data.
func lowerLine() []Field {
	return []Field{
		field(FieldDocumentNumber, 1, 0, 9, Any),
		field(FieldCheckDigit, 1, 9, 10, number),
		field(FieldNationality, 1, 10, 13, alpha),
		field(FieldBirthDate, 1, 13, 19, number),
		field(FieldCheckDigit, 1, 19, 20, Digit|Fill),
		field(FieldSex, 1, 20, 21, alpha),
		field(FieldExpiryDate, 1, 21, 27, number),
		field(FieldCheckDigit, 1, 27, 28, number),
	}
}

// lowerChecks are the three check digits that those formats share.
func lowerChecks() []Check {
	return []Check{
		check(FieldDocumentNumber, 1, 9, Span{1, 0, 9}),
		check(FieldBirthDate, 1, 19, Span{1, 13, 19}),
		check(FieldExpiryDate, 1, 27, Span{1, 21, 27}),
	}
}

func join[T any](parts ...[]T) []T {
	var out []T
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

// layouts: Doc 9303 part 5 section 4.2 (TD1), part 6 section 4.2 (TD2), part 4 section 4.2 (TD3), part 7 sections 4 and 5 (MRV-A,
// MRV-B). The French card is not in Doc 9303; its layout is public by the card's long use. The
// driving licence's line is at the disposal of its state but for the frame; the Dutch and the French one differ inside.
var layouts = []Layout{
	{
		Format: TD1, Lines: 3, Width: 30,
		Fields: []Field{
			field(FieldDocumentCode, 0, 0, 2, Any),
			field(FieldIssuingState, 0, 2, 5, alpha),
			field(FieldDocumentNumber, 0, 5, 14, Any),
			field(FieldCheckDigit, 0, 14, 15, number),
			field(FieldOptional1, 0, 15, 30, Any),
			field(FieldBirthDate, 1, 0, 6, number),
			field(FieldCheckDigit, 1, 6, 7, number),
			field(FieldSex, 1, 7, 8, alpha),
			field(FieldExpiryDate, 1, 8, 14, number),
			field(FieldCheckDigit, 1, 14, 15, number),
			field(FieldNationality, 1, 15, 18, alpha),
			field(FieldOptional2, 1, 18, 29, Any),
			field(FieldCheckDigit, 1, 29, 30, Digit),
			field(FieldName, 2, 0, 30, alpha),
		},
		Checks: []Check{
			check(FieldDocumentNumber, 0, 14, Span{0, 5, 14}),
			check(FieldBirthDate, 1, 6, Span{1, 0, 6}),
			check(FieldExpiryDate, 1, 14, Span{1, 8, 14}),
			check(FieldComposite, 1, 29, Span{0, 5, 30}, Span{1, 0, 7}, Span{1, 8, 15}, Span{1, 18, 29}),
		},
		Overflow: Span{0, 15, 30},
	},
	{
		Format: TD2, Lines: 2, Width: 36,
		Fields: join(upperLine(36), lowerLine(), []Field{
			field(FieldOptional1, 1, 28, 35, Any),
			field(FieldCheckDigit, 1, 35, 36, Digit),
		}),
		Checks: join(lowerChecks(), []Check{
			check(FieldComposite, 1, 35, Span{1, 0, 10}, Span{1, 13, 20}, Span{1, 21, 35}),
		}),
		Overflow: Span{1, 28, 35},
	},
	{
		Format: TD3, Lines: 2, Width: 44,
		Fields: join(upperLine(44), lowerLine(), []Field{
			field(FieldPersonalNumber, 1, 28, 42, Any),
			field(FieldCheckDigit, 1, 42, 43, number),
			field(FieldCheckDigit, 1, 43, 44, Digit),
		}),
		Checks: join(lowerChecks(), []Check{
			check(FieldPersonalNumber, 1, 42, Span{1, 28, 42}),
			check(FieldComposite, 1, 43, Span{1, 0, 10}, Span{1, 13, 20}, Span{1, 21, 43}),
		}),
	},
	{
		Format: MRVA, Lines: 2, Width: 44,
		Fields: join(upperLine(44), lowerLine(), []Field{field(FieldOptional1, 1, 28, 44, Any)}),
		Checks: lowerChecks(),
	},
	{
		Format: MRVB, Lines: 2, Width: 36,
		Fields: join(upperLine(36), lowerLine(), []Field{field(FieldOptional1, 1, 28, 36, Any)}),
		Checks: lowerChecks(),
	},
	{
		Format: FRAID, Lines: 2, Width: 36,
		Fields: []Field{
			field(FieldDocumentCode, 0, 0, 2, Letter),
			field(FieldIssuingState, 0, 2, 5, Letter),
			field(FieldSurname, 0, 5, 30, alpha),
			field(FieldOptional1, 0, 30, 36, Any),
			field(FieldDocumentNumber, 1, 0, 12, Any),
			field(FieldCheckDigit, 1, 12, 13, Digit),
			field(FieldGivenNames, 1, 13, 27, alpha),
			field(FieldBirthDate, 1, 27, 33, number),
			field(FieldCheckDigit, 1, 33, 34, Digit),
			field(FieldSex, 1, 34, 35, alpha),
			field(FieldCheckDigit, 1, 35, 36, Digit),
		},
		Checks: []Check{
			check(FieldDocumentNumber, 1, 12, Span{1, 0, 12}),
			check(FieldBirthDate, 1, 33, Span{1, 27, 33}),
			check(FieldComposite, 1, 35, Span{0, 0, 36}, Span{1, 0, 35}),
		},
	},
	{
		Format: IDL, Lines: 1, Width: 30,
		Fields: []Field{
			field(FieldDocumentCode, 0, 0, 2, Any),
			field(FieldIssuingState, 0, 2, 5, alpha),
			field(FieldOptional1, 0, 5, 29, Any),
			field(FieldCheckDigit, 0, 29, 30, Digit),
		},
		Checks: []Check{check(FieldComposite, 0, 29, Span{0, 0, 29})},
	},
}
