package barcode

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// value gives an element that says something: the standard writes NONE for what does not exist and "unavl" for what is not known.
func (l *Licence) value(id string) (string, bool) {
	v := l.Elements[id]
	switch strings.ToUpper(v) {
	case "", "NONE", "UNAVL", "UNAVAIL", "UNAVAILABLE", "N/A":
		return "", false
	}
	if slices.ContainsFunc(l.Warnings, func(w string) bool { return strings.HasPrefix(w, id+":") }) {
		return "", false
	}
	return v, true
}

func (l *Licence) warn(id, why string) { l.Warnings = append(l.Warnings, id+": "+why) }

// set names the first of the elements that says something.
func (l *Licence) set(field string, ids ...string) {
	for _, id := range ids {
		if v, ok := l.value(id); ok {
			l.Fields[field] = strings.Join(strings.Fields(v), " ")
			return
		}
	}
}

// interpret fills Fields from Elements.
func (l *Licence) interpret() {
	l.set("document_number", "DAQ")
	l.names()
	l.date("birth_date", "DBB")
	l.date("expiry_date", "DBA")
	l.date("issue_date", "DBD")
	l.sex()
	l.issuer()
	l.set("street", "DAG", "DAL")
	l.set("city", "DAI", "DAN")
	l.set("region", "DAJ", "DAO")
	l.set("postal_code", "DAK", "DAP")
	l.set("eye_colour", "DAY")
	l.set("hair_colour", "DAZ")
	l.set("birth_place", "DCI")
	l.set("document_discriminator", "DCF")
	l.measures()
}

// names reads the family name from DCS (2003 on) or DAB (2000), the given names from DAC and DAD, or from DCT (2003 and 2005), where they
// stand together; and both from DAA, the 2000 standard's full name: family name, first name, middle name, suffix, between commas.
func (l *Licence) names() {
	l.set("surname", "DCS", "DAB")
	l.set("name_suffix", "DCU", "DAE")
	var given []string
	if first, ok := l.value("DAC"); ok {
		given = append(given, first)
	} else if all, ok := l.value("DCT"); ok {
		given = append(given, all)
	}
	if middle, ok := l.value("DAD"); ok && len(given) > 0 {
		given = append(given, middle)
	}
	if full, ok := l.value("DAA"); ok && l.Fields["surname"] == "" && len(given) == 0 {
		parts := strings.Split(strings.ReplaceAll(full, "$", ","), ",")
		if len(parts) < 2 {
			l.warn("DAA", "nothing tells the family name from the given names")
		} else {
			l.Fields["surname"] = parts[0]
			given = parts[1:min(3, len(parts))]
			if len(parts) > 3 && l.Fields["name_suffix"] == "" {
				if suffix := name(parts[3]); suffix != "" {
					l.Fields["name_suffix"] = suffix
				}
			}
		}
	}
	// Commas separate given names in the standards of 2003 and 2005, and stray behind a name on others.
	for field, v := range map[string]string{"surname": l.Fields["surname"], "given_names": strings.Join(given, " ")} {
		if v = name(v); v != "" {
			l.Fields[field] = v
		} else {
			delete(l.Fields, field)
		}
	}
	l.NameTruncated = l.Elements["DDE"] == "T" || l.Elements["DDF"] == "T" || l.Elements["DDG"] == "T"
}

// name makes one blank of each run of blanks and commas.
func name(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' || r == '$' }), " ")
}

// date reads a date of eight figures: month, day, year in the United States, and year, month, day in Canada and in the standard of 2000. The two
// cannot be taken for one another: no year between 1800 and 2199 begins with a month.
func (l *Licence) date(field, id string) {
	v, ok := l.value(id)
	if !ok {
		return
	}
	figures := strings.Map(func(r rune) rune {
		if strings.ContainsRune("-/. ", r) {
			return -1
		}
		return r
	}, v)
	for _, layout := range []string{"01022006", "20060102"} {
		t, err := time.Parse(layout, figures)
		if err == nil && t.Year() >= 1800 && t.Year() < 2200 {
			l.Fields[field] = t.Format(time.DateOnly)
			return
		}
	}
	l.warn(id, "not a date")
}

func (l *Licence) sex() {
	v, ok := l.value("DBC")
	if !ok {
		return
	}
	switch strings.ToUpper(v) {
	case "1", "M", "MALE":
		l.Fields["sex"] = "M"
	case "2", "F", "FEMALE":
		l.Fields["sex"] = "F"
	case "9", "X":
		l.Fields["sex"] = "X"
	default:
		l.warn("DBC", "not a sex of the standard")
	}
}

// issuer tells the state and the jurisdiction. The number of the header says both; where it is unknown, DCG says the country, and nothing the
// jurisdiction: DAJ is where the holder lives.
func (l *Licence) issuer() {
	country, jurisdiction := issuerOf(l.IIN)
	if v, ok := l.value("DCG"); ok && country == "" {
		switch strings.ToUpper(v) {
		case "USA", "US":
			country = "USA"
		case "CAN", "CDN", "CA":
			country = "CAN"
		case "MEX", "MX":
			country = "MEX"
		default:
			l.warn("DCG", "not a country of the standard")
		}
	}
	if country != "" {
		l.Fields["issuing_state"] = country
	}
	if jurisdiction != "" {
		l.Fields["issuing_jurisdiction"] = map[string]string{"USA": "US-", "CAN": "CA-", "MEX": "MX-"}[country] + jurisdiction
	}
}

// measures reads height and weight where their unit is known.
func (l *Licence) measures() {
	if cm, ok := l.height(); ok {
		l.Fields["height_cm"] = strconv.Itoa(cm)
	}
	if v, ok := l.value("DAX"); ok {
		if kg, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.ToUpper(v), "KG"))); err == nil && kg > 0 && kg < 1000 {
			l.Fields["weight_kg"] = strconv.Itoa(kg)
		}
	} else if v, ok := l.value("DAW"); ok {
		if lb, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.ToUpper(v), "LB"))); err == nil && lb > 0 && lb < 2000 {
			l.Fields["weight_kg"] = strconv.Itoa(int(math.Round(float64(lb) * 0.45359237)))
		}
	}
}

// height reads "070 in" and "178 cm", the 2000 standard's feet and inches "510", and its centimetres of their own.
func (l *Licence) height() (int, bool) {
	if v, ok := l.value("DAV"); ok {
		cm, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.ToUpper(v), "CM")))
		return cm, err == nil && cm > 0 && cm < 300
	}
	v, ok := l.value("DAU")
	if !ok {
		return 0, false
	}
	v = strings.ToUpper(v)
	number := func(unit string) (int, bool) {
		s, ok := strings.CutSuffix(v, unit)
		n, err := strconv.Atoi(strings.TrimSpace(s))
		return n, ok && err == nil && n > 0
	}
	inches := func(n int) int { return int(math.Round(float64(n) * 2.54)) }
	if n, ok := number("CM"); ok && n < 300 {
		return n, true
	}
	if n, ok := number("IN"); ok && n < 120 {
		return inches(n), true
	}
	figures := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`'"-`, r) {
			return -1
		}
		return r
	}, v)
	if n, err := strconv.Atoi(figures); err == nil && (l.Version == 1 || figures != v) && len(figures) == 3 && n/100 >= 3 && n/100 <= 8 && n%100 < 12 {
		return inches(n/100*12 + n%100), true
	}
	l.warn("DAU", "the unit is not known")
	return 0, false
}
