package verify

import (
	"slices"
	"testing"

	"bonafide/internal/kyc"
)

func TestPlacesOf(t *testing.T) {
	t.Parallel()
	printed := func(x, y, w, h int) Print {
		return Print{Text: "X", Box: kyc.Box{X: x, Y: y, Width: w, Height: h}}
	}
	zone := &kyc.Box{X: 10, Y: 400, Width: 500, Height: 60}
	for name, x := range map[string]struct {
		side Side
		want []Place
	}{
		"all is printed: the name is both its lines": {
			Side{Printed: map[kyc.Field]Print{
				kyc.Surname: printed(100, 50, 80, 20), kyc.GivenNames: printed(90, 90, 120, 20), kyc.DocumentNumber: printed(300, 10, 90, 20), kyc.ExpiryDate: printed(100, 300, 60, 20),
			}, Fields: map[kyc.Field]Value{kyc.DocumentNumber: {Text: "X", Box: zone}}},
			[]Place{
				{kyc.Surname, kyc.Box{X: 90, Y: 50, Width: 120, Height: 60}},
				{kyc.DocumentNumber, kyc.Box{X: 300, Y: 10, Width: 90, Height: 20}},
				{kyc.ExpiryDate, kyc.Box{X: 100, Y: 300, Width: 60, Height: 20}},
			},
		},
		"what the print does not give, the zone does": {
			Side{Printed: map[kyc.Field]Print{kyc.Surname: printed(100, 50, 80, 20)}, Fields: map[kyc.Field]Value{kyc.ExpiryDate: {Text: "X", Box: zone}}},
			[]Place{{kyc.Surname, kyc.Box{X: 100, Y: 50, Width: 80, Height: 20}}, {kyc.ExpiryDate, *zone}},
		},
		"one name alone": {
			Side{Printed: map[kyc.Field]Print{kyc.GivenNames: printed(1, 2, 3, 4)}},
			[]Place{{kyc.Surname, kyc.Box{X: 1, Y: 2, Width: 3, Height: 4}}},
		},
		"a value without a place, or outside the picture": {
			Side{Fields: map[kyc.Field]Value{kyc.DocumentNumber: {Text: "X"}, kyc.ExpiryDate: {Text: "X", Box: &kyc.Box{}}}}, nil,
		},
	} {
		if got := PlacesOf(&x.side); !slices.Equal(got, x.want) {
			t.Errorf("%s: %v, want %v", name, got, x.want)
		}
	}
}
