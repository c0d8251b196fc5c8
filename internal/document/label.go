package document

import (
	"strings"
	"unicode/utf8"
)

// Names of printed fields: the JSON names of design section 7, shared with package mrz.
const (
	FieldSurname        = "surname"
	FieldGivenNames     = "given_names"
	FieldFullName       = "full_name" // printed under a bare "Name", where surname and given names cannot be told apart
	FieldBirthDate      = "birth_date"
	FieldExpiryDate     = "expiry_date"
	FieldIssueDate      = "issue_date"
	FieldDocumentNumber = "document_number"
	FieldPersonalNumber = "personal_number"
	FieldSex            = "sex"
	FieldNationality    = "nationality"
	FieldBirthPlace     = "birth_place"

	fieldOther = "other" // a label whose value is not ours: it takes its value out of the race
)

// labelWords holds what documents print beside their fields, in the languages of Europe's and America's documents. Case, marks, spaces
// and punctuation do not count.
var labelWords = map[string]string{
	FieldSurname: `Surname|Surnames|Family name|Last name|Lastname|Primary identifier|Nom|Noms|Nom de famille|Nachname|Familienname|Apellidos|Apellido|
Primer apellido|Cognome|Apelido|Apelidos|Sobrenome|Naam|Achternaam|Geslachtsnaam|Nazwisko|Příjmení|Priezvisko|Nume|Nume de familie|
Efternamn|Efternavn|Etternavn|Sukunimi|Perekonnanimi|Uzvārds|Pavardė|Vezetéknév|Családi név|Prezime|Priimek|Soyadı|Mbiemri|LN`,
	FieldGivenNames: `Given names|Given name|First name|First names|Firstname|Forename|Forenames|Secondary identifier|Prénoms|Prénom|Prénom(s)|Vornamen|
Vorname|Nombre|Nombres|Nome|Nomi|Nomes|Nome próprio|Nomes próprios|Imiona|Imię|Imię (imiona)|Imiona (names)|Jméno|Jména|Meno|Mená|Förnamn|
Fornavn|Etunimet|Eesnimed|Eesnimi|Vārds|Vārdi|Vardas|Vardai|Utónév|Utónevei|Ime|Voornamen|Voornaam|Prenume|Adı|Given name(s)|Emri|FN`,
	FieldFullName: `Name|Full name|Name of holder`,
	FieldBirthDate: `Date of birth|Birth date|Birthdate|DOB|D.O.B.|Date de naissance|Date de naiss|Né(e) le|Né le|Geburtsdatum|Geburtstag|Geb. am|
Fecha de nacimiento|Fecha nacimiento|Data di nascita|Nato il|Nato/a il|Data de nascimento|Data nascimento|Data nasc|Geboortedatum|Geboren|Data urodzenia|
Datum narození|Dátum narodenia|Data nașterii|Födelsedatum|Födelsetid|Fødselsdato|Syntymäaika|Sünniaeg|Sünnikuupäev|Dzimšanas datums|
Dzimšanas dati|Gimimo data|Születési idő|Születési ideje|Datum rođenja|Datum rojstva|Doğum tarihi|Datëlindja`,
	FieldExpiryDate: `Date of expiry|Date of expiration|Expiry date|Expiration date|Expiration|Expiry|Expires|Expires on|Exp|Exp date|Card expires|
Valid until|Valid thru|Valid to|Valid till|Date d'expiration|Date d'expir|Valable jusqu'au|Expire le|Gültig bis|Ablaufdatum|Fecha de caducidad|
Fecha caducidad|Válido hasta|Validez|Fecha de vencimiento|Vencimiento|Data di scadenza|Scadenza|Válido até|Data de validade|Validade|Geldig tot|
Verloopdatum|Data ważności|Termin ważności|Ważny do|Platnost do|Platí do|Platnosť do|Data expirării|Valabilitate|Giltigt till|Giltig till|
Gäller till|Gyldig til|Utløpsdato|Viimeinen voimassaolopäivä|Voimassa|Kehtiv kuni|Derīgs līdz|Galioja iki|Érvényes|Lejárat|Vrijedi do|
Velja do|Datum isteka|Son geçerlilik tarihi|Geçerlilik tarihi|Geçerlilik`,
	FieldIssueDate: `Date of issue|Issue date|Issued|Issued on|Iss|Resident since|Date de délivrance|Délivré le|Ausstellungsdatum|Ausgestellt am|
Datum der Ausstellung|Fecha de expedición|Fecha de emisión|Emisión|Data di rilascio|Data di emissione|Rilasciato il|Data de emissão|Datum van afgifte|
Afgegeven op|Datum afgifte|Data wydania|Datum vydání|Dátum vydania|Data eliberării|Utfärdandedatum|Udstedelsesdato|Utstedt|Myönnetty|
Väljaandmise kuupäev|Izdošanas datums|Išdavimo data|Kiállítás dátuma|Datum izdavanja|Datum izdaje|Veriliş tarihi|Valid from`,
	FieldDocumentNumber: `Passport No|Passport number|Document No|Document number|Card number|Card No|Identity card No|Identity card number|ID No|ID number|
Licence No|License No|Licence number|License number|Driver license no|DL|DLN|DL No|LIC|LIC No|Passeport N°|N° du passeport|Numéro du passeport|
Passeport No|N° du document|No du document|Numéro du document|N° de document|Pass-Nr|Passnummer|Reisepass-Nr|Ausweisnummer|Ausweis-Nr|Dokumentennummer|
Dokument-Nr|Pasaporte N°|Pasaporte No|N° pasaporte|Número de pasaporte|Núm soporte|Num soport|IDESP|Número de documento|No documento|N° documento|
Passaporto N|Numero documento|Numero del documento|Carta n|Número do documento|Passaporte n|Nr paszportu|Numer paszportu|Numer dokumentu|
Nr dokumentu|Seria i numer|Numer karty|Číslo dokladu|Číslo pasu|Číslo průkazu|Documentnummer|Paspoortnummer|Nr document|Passnr|Passnummer|Pasnr|
Dokumentnummer|Asiakirjan numero|Dokumendi number|Dokumenta numurs|Dokumento numeris|Okmányazonosító|Broj dokumenta|Številka|Seri No|Pasaport No|
Permit No|Titre n|Doc No|Nr`,
	FieldPersonalNumber: `Personal No|Personal number|Personal code|National ID|Identity number|USCIS|USCIS#|DNI|DNI Num|NIF|NIE|PESEL|Numer PESEL|Rodné číslo|CNP|BSN|
Burgerservicenummer|Persoonsnummer|Codice fiscale|N° identificação civil|Isikukood|Asmens kodas|Personas kods|Personnummer|Henkilötunnus|Személyi azonosító|
OIB|EMŠO|JMBG|TC Kimlik No|A number|Alien number`,
	FieldSex: `Sex|Sexe|Geschlecht|Sexo|Sesso|Geslacht|Płeć|Pohlaví|Pohlavie|Kön|Køn|Kjønn|Sukupuoli|Sugu|Dzimums|Lytis|Neme|Spol|Cinsiyeti|Gender|
Gjinia`,
	FieldNationality: `Nationality|Nationalité|Staatsangehörigkeit|Nacionalidad|Cittadinanza|Nazionalità|Nacionalidade|Nationaliteit|Obywatelstwo|Státní občanství|
Štátne občianstvo|Štátna príslušnosť|Cetățenie|Nationalitet|Medborgarskap|Statsborgerskap|Kansalaisuus|Kodakondsus|Pilsonība|Pilietybė|Állampolgárság|Državljanstvo|
Uyruğu|Uyruk|Citizenship|Shtetësia`,
	FieldBirthPlace: `Place of birth|Lieu de naissance|Geburtsort|Lugar de nacimiento|Luogo di nascita|Luogo e data di nascita|Local de nascimento|Naturalidade|
Miejsce urodzenia|Geboorteplaats|Místo narození|Miesto narodenia|Country of birth|Locul nașterii|Födelseort|Fødested|Syntymäpaikka|Sünnikoht|
Dzimšanas vieta|Gimimo vieta|Születési hely|Mjesto rođenja|Kraj rojstva|Doğum yeri`,
	fieldOther: `Authority|Issuing authority|Autorité|Autorité de délivrance|Behörde|Ausstellende Behörde|Autoridad|Autorità|Autoridade|Organ wydający|Vydal|Úřad|
Autoriteit|Instantie|Emis de|Myndighet|Viranomainen|Asutus|Iestāde|Įstaiga|Hatóság|Izdao|Makam|Height|Taille|Größe|Altura|Statura|Estatura|Lengte|
Wzrost|Hair|Eyes|Weight|HGT|HT|WGT|WT|Class|END|REST|RSTR|Restrictions|Endorsements|DD|ICN|Rev|Category|Address|Adresse|Anschrift|Domicilio|Domicile|
Residenza|Residence|Résidence|Residência|Woonplaats|Wohnort|Morada|Adres|Signature|Signature of bearer|Signature of holder|Holder's signature|
Signature du titulaire|Unterschrift|Unterschrift des Inhabers|Firma|Firma del titolare|Assinatura|Handtekening|Podpis|Podpis posiadacza|Type|Typ|
Tipo|Code|Country code|Code du pays|Code of issuing state|Issuing state|Issuing country|Kod|Kód|Alternate name|Nom d'usage|Nom d'époux|Nom d'épouse|Geburtsname|
Name at birth|Colour of eyes|Couleur des yeux|Augenfarbe|Kolor oczu|Remarks|Profession|Occupation|Equipo|Hijo de|Hija de|Hijo/a de|Entries|
Number of entries|Visa type|Visa class|Annotation|Issuing post name|Control number|Control No|Donor|Veteran|Parents|Mother|Father|
Filiação|Race|Marital status|Country of residence|Ordenskürzel|Religious name|Imiona rodziców|Nazwisko rodowe`,
}

// numbered are the labels of EU driving licences (Directive 2006/126/EC, annex I, section 3) and, where they differ, of the AAMVA DL/ID
// card (2020, annex A, table A.1).
var numberedEU = map[string]string{
	"1": FieldSurname, "2": FieldGivenNames, "3": FieldBirthDate, "4A": FieldIssueDate, "4B": FieldExpiryDate, "4C": fieldOther,
	"4D": FieldPersonalNumber, "5": FieldDocumentNumber, "6": fieldOther, "7": fieldOther, "8": fieldOther, "9": fieldOther,
}

var numberedAAMVA = map[string]string{
	"1": FieldSurname, "2": FieldGivenNames, "3": FieldBirthDate, "4A": FieldIssueDate, "4B": FieldExpiryDate, "4C": fieldOther,
	"4D": FieldDocumentNumber, "5": fieldOther, "8": fieldOther, "9": fieldOther, "9A": fieldOther, "12": fieldOther, "15": FieldSex,
	"16": fieldOther, "17": fieldOther, "18": fieldOther, "19": fieldOther,
}

// label is one entry of the table, folded.
type label struct {
	text  string
	runes int
	slack int // letters that may be misread
	field string
}

var labels = foldLabels()

func foldLabels() []label {
	var out []label
	for field, words := range labelWords {
		for w := range strings.SplitSeq(words, "|") {
			t := shape(fold(w))
			n := utf8.RuneCountInString(t)
			out = append(out, label{t, n, slackOf(n), field})
		}
	}
	return out
}

// slackOf is how many letters of n may be misread: short words are too near to other words to allow any.
func slackOf(n int) int {
	switch {
	case n < 5:
		return 0
	case n < 9:
		return 1
	case n < 15:
		return 2
	}
	return 3
}

// shape joins letters that small print runs together: "Surname" is read "Sumame" as often as not.
func shape(s string) string { return strings.ReplaceAll(s, "RN", "M") }

// matchLabel finds the label that a folded text is, allowing for misread letters. errors is how many there are.
func matchLabel(folded string) (field string, errors int, ok bool) {
	folded = shape(folded)
	n := utf8.RuneCountInString(folded)
	if n < 2 || n > 40 {
		return "", 0, false
	}
	errors = 1 << 10
	for _, l := range labels {
		// One letter may be lost or found; "Passport" is not "Passport No".
		if d := l.runes - n; d > min(l.slack, 1) || -d > min(l.slack, 1) {
			continue
		}
		// Ties go to the field that is ours, so that map order cannot decide.
		if d := distance(folded, l.text, l.slack); d <= l.slack && (d < errors || d == errors && l.field < field) {
			field, errors, ok = l.field, d, true
		}
	}
	return field, errors, ok
}

// matchSex reads a printed sex: "M", "F", "M/M", "K/F", "MALE", "WEIBLICH". Doc 9303 part 3 allows M, F and X; national letters stand
// before or after it.
func matchSex(text string) (string, bool) {
	found := ""
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune(" /-.,()", r) }) {
		var s string
		switch fold(part) {
		case "M", "MALE", "MASCULIN", "MASCULINO", "MASCHIO", "MANNLICH", "HOMME", "MAN", "MEZCZYZNA", "H", "L":
			s = "M"
		case "F", "FEMALE", "FEMININ", "FEMENINO", "FEMMINA", "WEIBLICH", "W", "FEMME", "VROUW", "V", "K", "KOBIETA", "Z", "ZENA":
			s = "F"
		case "X", "DIVERS":
			s = "X"
		default:
			return "", false
		}
		if found != "" && found != s {
			// A national letter may mean the other sex elsewhere ("M" is female in Estonian "N/F", "M/M"): ICAO's own letter wins.
			if s == "M" || s == "F" {
				found = s
			}
			continue
		}
		found = s
	}
	return found, found != ""
}
