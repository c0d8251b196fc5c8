package specimen

// Names of nobody: common given names and surnames joined at random, with everything that makes names hard to compare (diacritics,
// hyphens, apostrophes, particles, two surnames, names too long for a machine readable zone).

type nameSet struct {
	surnames, men, women []string
}

func nameSets() []nameSet {
	return []nameSet{
		{ // English, Irish
			[]string{"WALKER", "O'CONNOR", "HUGHES", "ASHWORTH-BELL", "FITZGERALD", "McALLISTER", "DUNNE", "PEMBERTON"},
			[]string{"THOMAS", "OLIVER JAMES", "SEÁN", "GEORGE", "CALLUM"},
			[]string{"EMILY", "CHARLOTTE ROSE", "SIOBHÁN", "MARGARET", "NIAMH"},
		},
		{ // French
			[]string{"LEFÈVRE", "D'AUBIGNÉ", "GARÇON", "BEAULIEU-MOREL", "CHÂTELAIN", "NOËL"},
			[]string{"JEAN-PIERRE", "FRANÇOIS", "ÉTIENNE MARIE", "RÉMI", "LOÏC"},
			[]string{"ANNE-SOPHIE", "HÉLÈNE", "CÉLINE", "ZOÉ MARGUERITE", "MAÏTÉ"},
		},
		{ // German, Nordic
			[]string{"MÜLLER", "GROẞMANN", "SCHÄFER", "VON DER HEIDE", "ØSTERGÅRD", "LINDSTRÖM", "BJÖRNSSON"},
			[]string{"JÜRGEN", "LUKAS", "SØREN", "ÅKE", "KARL HEINZ"},
			[]string{"KÄTHE", "INGRID", "ANNELIESE", "SØLVI", "FREJA"},
		},
		{ // Spanish, Portuguese
			[]string{"GARCÍA LÓPEZ", "NÚÑEZ DE LA PEÑA", "FERNÁNDEZ IBÁÑEZ", "DA SILVA GONÇALVES", "MAGALHÃES"},
			[]string{"JOSÉ MARÍA", "IÑIGO", "JOÃO", "ANDRÉS", "ÁLVARO"},
			[]string{"MARÍA DEL CARMEN", "BEGOÑA", "INÊS", "LUCÍA", "CONCEIÇÃO"},
		},
		{ // Polish, Czech, Hungarian
			[]string{"WŁODARCZYK", "ŚWIĄTEK", "DVOŘÁK", "NOVÁKOVÁ-ČERNÁ", "SZÉKELYHIDI", "KŐSZEGI"},
			[]string{"ŁUKASZ", "JIŘÍ", "GYÖRGY", "STANISŁAW", "TOMÁŠ"},
			[]string{"MAŁGORZATA", "ZUZANA", "ERZSÉBET", "BOŻENA", "KATEŘINA"},
		},
		{ // Turkish, Romanian, Baltic
			[]string{"YILDIZ", "ÇELİKOĞLU", "ŞAHİN", "IONESCU-BRĂILA", "ŽUKAUSKAITĖ", "BĒRZIŅŠ"},
			[]string{"GÖKHAN", "ŞTEFAN", "MANTAS", "JĀNIS", "OĞUZ"},
			[]string{"AYŞE GÜL", "ILEANA", "RŪTA", "LĪGA", "ÇIĞDEM"},
		},
	}
}

// longNames are longer than the 39 characters of a passport's name field, 30 of a card's.
func longNames() [][2]string {
	return [][2]string{
		{"WOLFESCHLEGELSTEINHAUSENBERGERDORFF", "HUBERT BLAINE MAXIMILIAN"},
		{"PAPANDREOPOULOU-THEODORAKOPOULOU", "ALEXANDRA KONSTANTINA"},
		{"DE ALBUQUERQUE E VASCONCELLOS CORRÊA", "MARIA ANTÓNIA TERESA"},
	}
}

func birthPlaces() []string {
	return []string{"AMAUROT", "ANYDRE", "PORT-RÉAL", "SAINT-ÉLOI", "NEU-ULMEN", "KÖRÖSPATAK", "ZENITH", "BAIE D'OR", "ŻABIN", "VILA DO MAR"}
}
